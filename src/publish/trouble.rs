//! How a source is doing, what will happen and what helps, in the words of the page of the sources.
//!
//! In English these are the words of `status` and `model::cure`; here stand the Russian ones.

use crate::model::cure;
use crate::model::fault::Fault;
use crate::model::language::Language;
use crate::publish::status::{Failure, SourceStatus, State};

/// A state: the class of styles, and a word.
#[must_use]
pub fn state(state: State, language: Language) -> (&'static str, &'static str) {
    match state {
        State::Well => ("well", language.say("отвечает", "answers")),
        State::Failing => ("failing", language.say("не отвечает", "fails")),
        State::Gone => ("gone", language.say("закрыт", "closed")),
        State::Waiting => ("waiting", language.say("ещё не спрошен", "not asked yet")),
    }
}

/// What will be done about a source that fails.
#[must_use]
pub fn will<'a>(source: &'a SourceStatus, failure: &'a Failure, language: Language) -> &'a str {
    let russian = match source {
        SourceStatus { state: State::Gone, .. } => "Больше не спрашиваем, пока в feeds.toml не появится другой адрес.",
        SourceStatus { next, quiet_until, .. } if next.is_some() && quiet_until >= next => {
            "Источник попросил тишины (Retry-After) и получит её."
        }
        _ => "Спросим снова; после каждой неудачи ждём вдвое дольше, но не больше суток.",
    };
    language.say(russian, &failure.will)
}

/// What an operator can do about a failure.
#[must_use]
pub fn cure(fault: Fault, language: Language) -> &'static str {
    language.say(cure_russian(fault), cure::cure(fault))
}

fn cure_russian(fault: Fault) -> &'static str {
    match fault {
        Fault::Connect | Fault::Reset | Fault::Incomplete => {
            "Часто проходит само; если нет, сервер не работает или не пускает нас."
        }
        Fault::Dns => "Проверьте, верно ли написано имя сервера и существует ли оно.",
        Fault::Timeout => "Часто проходит само; если нет, [limits] request даёт больше времени.",
        Fault::MalformedHttp => "Сервер неисправен: спросите тех, кто его ведёт.",
        Fault::Tls => "Сертификату нельзя верить, или он просрочен: спросите тех, кто ведёт сервер.",
        Fault::Downgrade => "Переадресует с https на http: назовите настоящий адрес.",
        Fault::TooManyRedirects | Fault::RedirectLoop => "Назовите адрес, которым кончается переадресация.",
        Fault::BadUrl => "Переадресует туда, где нет адреса: назовите другой.",
        Fault::BlockedAddress => "Его нет в открытом интернете; [network] allow пропускает точный адрес с портом.",
        Fault::BlockedScheme => "Читаем только http и https: назовите такой адрес.",
        Fault::CrossOrigin => "Назовите адрес на том сервере, за который он говорит.",
        Fault::HttpStatus => "Откройте адрес в браузере; если он сменился, назовите новый.",
        Fault::Gone => "Источник сообщил, что не вернётся: назовите другой адрес или уберите его.",
        Fault::Legal => "Закрыт по требованию закона: уберите источник или назовите другой адрес.",
        Fault::RateLimited => "Спрашиваем слишком часто: помогут больший `every` или `delay` и `contact` в [worker].",
        Fault::Challenge => "Принимает нас за робота, и не зря: попросите тех, кто ведёт сайт, пускать нас.",
        Fault::TooLarge | Fault::DecompressionLimit => "Если так и надо, [limits] body позволит больше.",
        Fault::UnsupportedEncoding | Fault::BadEncoding => "Неверно сжимает ответы: спросите тех, кто ведёт сервер.",
        Fault::Charset => "Буквы не читаются: спросите тех, кто ведёт сервер.",
        Fault::EmptyBody => "Часто проходит само; если нет, назовите другой адрес.",
        Fault::NotAFeed => {
            "`feedatlas check --probe` скажет, что это; назовите ленту или напишите kind = \"page\" и `select`."
        }
        Fault::NotHtml => "Это не страница: назовите другой адрес.",
        Fault::MalformedXml | Fault::MalformedJson => "Лента испорчена: спросите тех, кто её ведёт.",
        Fault::DtdRefused => "Лента просит больше, чем ей положено: спросите тех, кто её ведёт.",
        Fault::TooDeep => "Если так и надо, [limits] depth позволит больше.",
        Fault::Soft404 => "Страница ошибки под видом успеха: проверьте адрес.",
        Fault::Paywall => "Только для подписчиков; публикуем то, что говорит сама лента.",
        Fault::NoContent => "Статьи на странице нет; `article = { body = … }` скажет, где текст.",
        Fault::RobotsDenied => "Запрещено в robots.txt: спросите тех, кто ведёт сайт, или назовите ленту.",
        Fault::Defect => "Ошибка нашей программы: сообщите нам адрес и слова ошибки.",
        Fault::RobotsUnavailable => "robots.txt не читается, а это значит «нельзя»; прочтём снова в следующий раз.",
    }
}
