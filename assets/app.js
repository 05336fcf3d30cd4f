// Finding a land and copying an address. Everything else works without.
(function () {
  "use strict";
  var find = document.getElementById("find");
  if (find) {
    find.closest(".find").hidden = false;
    var lands = Array.from(document.querySelectorAll("[data-find]"));
    var regions = Array.from(document.querySelectorAll(".region"));
    find.addEventListener("input", function () {
      var words = find.value.trim().toLowerCase();
      lands.forEach(function (land) { land.hidden = !land.dataset.find.includes(words); });
      regions.forEach(function (region) { region.hidden = !region.querySelector(".land:not([hidden])"); });
    });
  }
  if (navigator.clipboard) {
    document.querySelectorAll(".copy").forEach(function (button) {
      var label = button.textContent;
      button.hidden = false;
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(button.dataset.copy).then(function () {
          button.textContent = "Скопировано";
          setTimeout(function () { button.textContent = label; }, 2000);
        });
      });
    });
  }
})();
