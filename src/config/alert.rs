//! `[alert]`: whom to tell unasked, and of what.

use toml::de::DeValue;

use crate::config::complaint::Complaint;
use crate::config::section::Section;
use crate::config::value;
use crate::model::settings::Alert;
use crate::model::url::PageUrl;

/// `[alert]`; addresses may stand in the environment, for what knows them may write there.
pub(super) fn alert(mut section: Section<'_>, environment: &dyn Fn(&str) -> Option<String>) -> Alert {
    let default = Alert::default();
    let findings = section.findings();
    let command = section.placed("command", |_| Ok(()));
    let alert = Alert {
        command: section.one_or_many("command", value::words).into_iter().map(|word| word.value).collect(),
        webhook: section.take("webhook", |value| address(value, environment)),
        ping: section.take("ping", |value| address(value, environment)),
        failing: section.take("failing", value::some_duration).unwrap_or(default.failing),
        quiet: section.take("quiet", value::some_duration).unwrap_or(default.quiet),
        pictures: section.take("pictures", value::boolean).unwrap_or(default.pictures),
        pass: section.take("pass", value::some_duration).unwrap_or(default.pass),
        rest: section.take("rest", value::duration).unwrap_or(default.rest),
        deadline: section.take("deadline", value::some_duration).unwrap_or(default.deadline),
    };
    if let (Some(placed), [program]) = (command, alert.command.as_slice())
        && program.contains(char::is_whitespace)
        && !program.contains(['/', '\\'])
    {
        let list: Vec<String> = program.split_whitespace().map(|word| format!("{word:?}")).collect();
        let cure = format!("no shell reads it; write a list: command = [{}]", list.join(", "));
        findings.complain(placed.span, Complaint::new("a program's name with spaces in it", cure));
    }
    section.finish();
    alert
}

fn address(value: &DeValue<'_>, environment: &dyn Fn(&str) -> Option<String>) -> Result<PageUrl, Complaint> {
    let written = value::secret(value, environment)?;
    // A wrong address that stood in the environment is not shown: it may be a secret.
    let is_elsewhere = value.as_str().is_some_and(|text| text.starts_with("env:"));
    if is_elsewhere {
        return PageUrl::parse(written.trim()).map_err(|_| {
            Complaint::new("what the environment says is no http or https address", "set it to \"https://…\"")
        });
    }
    value::url(value)
}
