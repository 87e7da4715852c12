"use strict";
// Sorting and filtering for tables that are complete without it.
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, at) => row.cells[at].innerText.trim();
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const number = (text) => (/^[\d,.]+/.test(text) ? parseFloat(text.replace(/,/g, "")) : NaN);
      const rows = [...body.rows].map((row) => [value(row, at), row]);
      const numeric = head.classList.contains("n");
      rows.sort(([a], [b]) => (numeric ? number(a) - number(b) : a.localeCompare(b)) * (down ? -1 : 1));
      body.append(...rows.map(([, row]) => row));
    });
  });
  if (table.classList.contains("rows") && body.rows.length > 8) {
    const label = document.createElement("label");
    label.className = "filter";
    label.append("Show only rows with ");
    const field = document.createElement("input");
    field.type = "search";
    label.append(field);
    field.addEventListener("input", () => {
      const wanted = field.value.toLowerCase();
      for (const row of body.rows) row.hidden = !row.innerText.toLowerCase().includes(wanted);
    });
    table.closest(".scroll").before(label);
  }
}
// A link into folded data opens it.
const open = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && target.closest("details");
  if (folded) {
    folded.open = true;
    target.scrollIntoView();
  }
};
addEventListener("hashchange", open);
open();
