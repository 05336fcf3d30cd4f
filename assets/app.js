// Finding a land, copying an address, changing the colours. Everything else works without.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function stored(value) {
    // Storage may be closed to us; the choice then holds for this page.
    try {
      if (value === undefined) return localStorage.getItem("scheme");
      if (value) localStorage.setItem("scheme", value); else localStorage.removeItem("scheme");
    } catch (refused) { return null; }
  }
  function isDark() { return root.dataset.scheme ? root.dataset.scheme === "dark" : dark.matches; }
  var chosen = stored();
  if (chosen === "dark" || chosen === "light") root.dataset.scheme = chosen;
  document.querySelectorAll(".scheme").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var next = isDark() ? "light" : "dark";
      // What the system says too need not be remembered.
      if ((next === "dark") === dark.matches) { delete root.dataset.scheme; stored(""); }
      else { root.dataset.scheme = next; stored(next); }
    });
  });
  var find = document.getElementById("find");
  if (find) {
    var lands = Array.from(document.querySelectorAll("[data-find]"));
    var words = lands.map(function (land) {
      return (land.querySelector("h2, h3").textContent + " " + land.dataset.find).toLowerCase();
    });
    var regions = Array.from(document.querySelectorAll(".region"));
    var found = document.querySelector(".found");
    var look = function () {
      var sought = find.value.trim().toLowerCase(), count = 0;
      lands.forEach(function (land, index) {
        land.hidden = !words[index].includes(sought);
        count += land.hidden ? 0 : 1;
      });
      regions.forEach(function (region) { region.hidden = !region.querySelector(".land:not([hidden])"); });
      found.textContent = !sought ? "" : count || found.dataset.none;
    };
    find.closest(".find").hidden = false;
    find.addEventListener("input", look);
    // A browser that comes back to the page may have kept what was written.
    if (find.value) look();
  }
  if (navigator.clipboard) {
    document.querySelectorAll(".copy").forEach(function (button) {
      var label = button.textContent;
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(button.dataset.copy).then(function () {
          button.textContent = button.dataset.done;
          setTimeout(function () { button.textContent = label; }, 2000);
        });
      });
    });
  }
})();
