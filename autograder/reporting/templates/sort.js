// Heads become buttons only where there is a script to press them for. They are spans in the role of
// buttons: Chromium leaves real ones out where it repeats a table's head on the next printed page.
const words = new Intl.Collator(undefined, { numeric: true });

function value(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
}

function sort(table, heads, column) {
  const down = heads[column].getAttribute("aria-sort") === "ascending";
  const rows = [...table.tBodies[0].rows].map((row) => [value(row, column), row]);
  const numbers = rows.every(([v]) => v === "" || Number.isFinite(Number(v)));
  const compare = numbers ? (a, b) => a - b : words.compare;
  rows.sort(([a], [b]) => {
    if (a === "" || b === "") return (a === "") - (b === ""); // what is not known comes last
    return down ? compare(b, a) : compare(a, b);
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
  heads.forEach((head) => head.setAttribute("aria-sort", "none"));
  heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
}

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("span");
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(table, heads, column));
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault(); // or the page would scroll
      sort(table, heads, column);
    });
    head.append(button);
    head.setAttribute("aria-sort", "none");
  });
}
