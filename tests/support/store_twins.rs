//! Two engines given the same batches say the same; a store that was exported and imported says it again.

use std::io::BufReader;

use jiff::SignedDuration;
use proptest::prelude::{ProptestConfig, Strategy, prop, proptest};

use feedatlas::model::cluster::{Batch, Known, Stored};
use feedatlas::store::contract::Store;
use feedatlas::store::error::StoreError;
use feedatlas::store::export::{export, import};
use feedatlas::store::memory::MemoryStore;
use feedatlas::store::sled::SledStore;

use crate::articles::{MORNING, Sketch, batch};
use crate::contract::{everything, takedown_of};

/// What a batch of the property tests is made of: (article, kind of change, another article).
type Step = (u64, u8, u64);

fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    prop::collection::vec(prop::collection::vec((0_u64..8, 0_u8..8, 0_u64..8), 1..6), 1..8)
}

/// A batch out of a few articles and keys, so that they meet.
fn made(steps: &[Step], round: usize) -> Batch {
    let seen = MORNING + SignedDuration::from_hours(20) * i32::try_from(round).unwrap();
    let mut made = batch(Vec::new());
    for (number, kind, other) in steps {
        let countries: &[&str] = if other % 2 == 0 { &["KP"] } else { &["RU", "CN"] };
        let sketch = Sketch { seen, countries, ..Sketch::of(*number) };
        let stored = sketch.stored();
        match kind {
            0 | 1 => made.articles.push(stored),
            2 => made.articles.push(Stored { cluster: Sketch::of(*other).id(), ..stored }),
            3 => made.articles.push(Stored { fingerprint: Sketch::of(other + 50).stored().fingerprint, ..stored }),
            4 => made.noted.push(Sketch::of(number + 100).key()),
            5 => made.aliases.push((
                Sketch::of(number * 10 + 200).key(),
                Known::Article { id: sketch.id(), entry_hash: *other, tries: 0 },
            )),
            6 => made.seen.push((sketch.id(), seen)),
            // Taken down, after the commit.
            _ => {}
        }
    }
    made
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_engines_say_the_same_and_a_repeat_says_nothing_new(batches in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let (sled, _) = SledStore::open(folder.path()).unwrap();
            let memory = MemoryStore::default();
            for (round, steps) in batches.iter().enumerate() {
                let batch = made(steps, round);
                sled.commit(batch.clone()).await.unwrap();
                memory.commit(batch.clone()).await.unwrap();
                for (number, _, _) in steps.iter().filter(|(number, kind, _)| *kind == 7 && number % 3 == 0) {
                    let takedown = takedown_of(&Sketch::of(*number).stored());
                    let taken = sled.take_down(takedown.clone()).await.unwrap();
                    assert_eq!(taken, memory.take_down(takedown).await.unwrap());
                }
                let told = everything(&sled).await;
                assert_eq!(told, everything(&memory).await);
                let due = sled.changed().await.unwrap();
                sled.published(&due).await.unwrap();
                sled.commit(batch).await.unwrap();
                assert_eq!(everything(&sled).await, told);
                assert!(sled.changed().await.unwrap().is_empty());
                if round == 4 {
                    let before = MORNING + SignedDuration::from_hours(50);
                    assert_eq!(sled.forget(before).await.unwrap(), memory.forget(before).await.unwrap());
                    assert_eq!(everything(&sled).await, everything(&memory).await);
                }
            }
            sled.verify().await.unwrap();
            let told = everything(&sled).await;
            drop(sled);
            let (sled, notes) = SledStore::open(folder.path()).unwrap();
            assert!(notes.is_empty());
            assert_eq!(everything(&sled).await, told);
            let copy = MemoryStore::default();
            let mut lines = Vec::new();
            export(&sled, &mut lines).await.unwrap();
            import(&copy, &mut BufReader::new(&lines[..])).await.unwrap();
            assert_eq!(everything(&copy).await, told);
        });
    }
}

#[tokio::test]
async fn an_export_is_imported_exactly_and_a_cut_one_is_told() {
    let store = MemoryStore::default();
    let leader = Sketch::of(1).stored();
    let copies = (2..300).map(|number| Stored { cluster: leader.cluster, ..Sketch::of(number).stored() });
    let mut whole = batch(copies.chain([leader.clone()]).collect());
    whole.noted = (400..420).map(|number| Sketch::of(number).key()).collect();
    store.commit(whole).await.unwrap();
    let mut lines = Vec::new();
    let told = export(&store, &mut lines).await.unwrap();
    assert_eq!((told.articles, told.sources, told.noted), (299, 1, 20));
    let folder = tempfile::tempdir().unwrap();
    let (copy, _) = SledStore::open(folder.path()).unwrap();
    assert_eq!(import(&copy, &mut BufReader::new(&lines[..])).await.unwrap(), told);
    assert_eq!(everything(&copy).await, everything(&store).await);
    copy.verify().await.unwrap();
    let mut again = Vec::new();
    export(&copy, &mut again).await.unwrap();
    assert!(again == lines, "an export of the import is the same bytes");

    let end = lines[..lines.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [0, end, end - 10] {
        let why = import(&MemoryStore::default(), &mut BufReader::new(&lines[..cut])).await.unwrap_err();
        assert!(matches!(why, StoreError::Line { .. }), "{why}");
    }
    let why =
        import(&MemoryStore::default(), &mut BufReader::new(&b"{\"store\":{\"version\":9}}\n"[..])).await.unwrap_err();
    assert_eq!(why.to_string(), "line 1: version 9, here 1 is read");
}
