//! The store: one suite for every engine (`support/store_contract.rs`), then what only the sled engine must survive.

#[path = "support/store_articles.rs"]
mod articles;
#[path = "support/store_contract.rs"]
mod contract;
#[cfg(feature = "postgres")]
#[path = "support/postgres_server.rs"]
mod postgres_server;

use feedatlas::store::memory::MemoryStore;
use feedatlas::store::sled::SledStore;

macro_rules! on_every_engine {
    ($($sentence:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $sentence() {
                super::contract::$sentence(&super::MemoryStore::default()).await;
            })+
        }

        mod sled {
            $(#[tokio::test]
            async fn $sentence() {
                let folder = tempfile::tempdir().unwrap();
                let (store, notes) = super::SledStore::open(folder.path()).unwrap();
                assert!(notes.is_empty(), "{notes:?}");
                super::contract::$sentence(&store).await;
            })+
        }

        #[cfg(feature = "postgres")]
        mod postgres {
            $(#[tokio::test]
            async fn $sentence() {
                let Some(server) = super::postgres_server::Postgres::shared() else { return };
                let store = feedatlas::store::postgres::PostgresStore::at(&server.fresh().await).unwrap();
                super::contract::$sentence(&store).await;
            })+
        }
    };
}

on_every_engine!(
    a_source_never_seen_is_the_default_and_a_state_is_given_back,
    hosts_are_given_back_and_strangers_left_out,
    the_first_key_that_is_known_decides,
    a_noted_entry_that_is_an_article_is_an_article,
    aliases_are_identities_and_their_hash_is_that_of_all,
    identities_add_up_and_have_an_end,
    candidates_share_an_address_a_text_or_a_band_and_nothing_less,
    texts_too_short_to_tell_are_nobodys_candidates,
    candidates_are_bounded_and_the_newest,
    candidates_that_share_most_come_first,
    an_article_is_given_back_whole,
    a_batch_that_is_repeated_changes_nothing,
    an_update_replaces_all_but_cluster_and_first_sight,
    the_last_sight_moves_by_whole_days_and_never_back,
    copies_are_links_of_their_leader,
    a_copy_of_nothing_leads_itself,
    clusters_come_newest_first_and_within_their_span,
    articles_of_one_moment_are_ordered_by_publication_then_id,
    what_changes_is_due_until_it_is_published,
    a_copy_makes_its_leaders_feeds_due,
    a_change_between_telling_and_publishing_stays_due,
    a_source_that_brings_nothing_makes_nothing_due,
    pages_hold_every_article_once_in_the_order_of_ids,
    noted_entries_are_told_page_by_page,
    what_was_not_seen_for_long_is_forgotten,
    a_leader_stays_as_long_as_one_of_its_copies,
    what_is_taken_down_goes_and_never_comes_back,
    verify_counts_what_it_read,
    subscriptions_are_given_back_until_they_are_forgotten,
);

#[path = "support/store_damage.rs"]
mod damage;
#[path = "support/store_twins.rs"]
mod twins;
#[path = "support/store_upkeep.rs"]
mod upkeep;
