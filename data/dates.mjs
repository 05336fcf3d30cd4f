// Writes data/dates.tsv: month and day names and words like "2 hours ago", from the CLDR inside Node (Unicode-3.0 licence).
// Usage: node data/dates.mjs > data/dates.tsv
// Columns: kind, value, words as printed. Earlier languages win where two disagree. Hand-made words stand in data/dates_own.tsv.
const languages = ["ru", "en", "uk", "kk", "zh", "zh-Hant", "ja", "ko", "ar", "ar-LB", "ar-DZ", "fa", "ps", "tr", "vi", "id", "ms",
  "th", "hi", "bn", "ur", "ne", "ta", "te", "mr", "gu", "pa", "ml", "kn", "si", "my", "km", "lo", "mn", "ka", "hy", "az", "az-Cyrl", "uz",
  "uz-Cyrl", "ky", "tg", "tk", "he", "ku", "fil", "de", "fr", "es", "pt", "it", "el", "pl", "be", "bg", "ro", "hu", "nl", "sr", "sr-Latn", "cs", "pt-PT", "fi", "sv"];
// Markers of the half of the day in the other languages are words of everyday use, or nobody prints them.
const halves = ["en", "ru", "uk", "zh", "ja", "ko", "ar", "fa", "vi", "ms", "th", "hi", "el", "tr", "si", "lo", "my", "mn", "tk", "es", "sq"];
const rows = new Map();
function add(kind, value, word) {
  word = word.normalize("NFC").toLowerCase().trim().replace(/[\u200e\u200f]/g, "").replace(/\s+/g, " ");
  if (!word || ([...word].length < 2 && kind !== "meridiem")) return;
  const key = `${kind} ${word}`;
  if (!rows.has(key)) rows.set(key, [kind, value, word]);
}
function names(language, calendar, kind, months) {
  for (const length of ["long", "short"]) {
    for (let month = 0; month < months; month++) {
      const date = new Date(Date.UTC(2024, 0, 10 + Math.round(month * (calendar === "gregory" ? 30.5 : 29.6))));
      const tag = `${language}-u-ca-${calendar}-nu-latn`;
      const numeric = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, { month: "numeric", timeZone: "UTC" })
        .formatToParts(date).find(p => p.type === "month").value;
      for (const shape of [{ month: length }, { month: length, day: "numeric" }, { month: length, day: "numeric", year: "numeric" }]) {
        const part = new Intl.DateTimeFormat(tag, { ...shape, timeZone: "UTC" }).formatToParts(date).find(p => p.type === "month");
        if (part && !/[\d#]/.test(part.value)) add(kind, numeric, part.value.replace(/\.$/, ""));
      }
    }
  }
}
for (const language of languages) {
  names(language, "gregory", "month", 12);
  if (language.startsWith("fa") || language === "ps") names(language, "persian", "persian", 12);
  if (language === "fa") names("fa-AF", "persian", "persian", 12);
  if (["ar", "ur", "fa"].includes(language)) names(language, "islamic-umalqura", "hijri", 12);
  for (const weekday of ["long", "short"]) for (let day = 0; day < 7; day++) {
    const date = new Date(Date.UTC(2024, 0, 1 + day));
    add("weekday", String(day), new Intl.DateTimeFormat(language, { weekday, timeZone: "UTC" }).format(date).replace(/\.$/, ""));
  }
  for (const [hour, value] of [[9, "am"], [15, "pm"]]) {
    const part = new Intl.DateTimeFormat(`${language}-u-nu-latn`, { hour: "numeric", hour12: true, timeZone: "UTC" })
      .formatToParts(new Date(Date.UTC(2024, 0, 1, hour))).find(p => p.type === "dayPeriod");
    if (part && halves.includes(language)) add("meridiem", value, part.value);
  }
  for (const style of ["long", "short"]) {
    const always = new Intl.RelativeTimeFormat(`${language}-u-nu-latn`, { numeric: "always", style });
    for (const unit of ["second", "minute", "hour", "day", "week", "month", "year"]) for (const n of [1, 2, 3, 5, 11, 21, 22]) {
      const text = always.format(-n, unit);
      if (!/\p{L}/u.test(text) || text.startsWith("-")) continue;
      if (text.includes(String(n))) add("phrase", `# ${unit}`, text.replace(String(n), "#")); else add("phrase", `${n} ${unit}`, text);
    }
    const auto = new Intl.RelativeTimeFormat(language, { numeric: "auto", style });
    if (language !== "hu") for (const n of [0, 1, 2]) { const text = auto.format(-n, "day"); if (!/\d/.test(text)) add("phrase", `${n} day`, text); }
  }
}
for (const row of [...rows.values()].sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)) console.log(row.join("\t"));
