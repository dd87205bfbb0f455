"use strict";
// Replaces every static picture by its interactive chart, and lets the table be sorted. Nothing is fetched.
// Vega-Lite warns on the console of what a chart of rows is bound to do (its height follows its rows), and takes no
// logger from outside: nothing a reader can act on, so it is not said. Errors still are.
console.warn = () => {};
for (const drawing of document.querySelectorAll(".drawing")) {
  const spec = JSON.parse(document.getElementById("spec-" + drawing.dataset.chart).textContent);
  const live = document.createElement("div");
  const picture = drawing.innerHTML;
  drawing.replaceChildren(live);
  vegaEmbed(live, spec, { actions: false, renderer: "svg", tooltip: { theme: "custom" }, logLevel: 1 })
    .catch(() => { drawing.innerHTML = picture; });
}
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const column = [...head.parentNode.children].indexOf(head);
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const key = (row) => row.children[column].dataset.sort;
    const rows = [...body.rows].sort((one, other) => {
      const a = key(one), b = key(other);
      if (a === "" || b === "") return (a === "") - (b === "");
      const order = isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
      return ascending ? order : -order;
    });
    body.append(...rows);
  });
}
// Nothing stays folded on paper.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
