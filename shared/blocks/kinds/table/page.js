// Tables: each head becomes a button that sorts by its column, numbers as numbers, words as Vietnamese does.
for (const table of document.querySelectorAll('[data-block="table"] table')) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const collator = new Intl.Collator("vi", { numeric: true });
  const number = (text) => {
    const plain = text.replace(/[^\d,.\-−]/g, "").replace("−", "-");
    return plain ? Number(/^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(plain) ? plain.replaceAll(".", "").replace(",", ".") : plain.replace(",", ".")) : NaN;
  };
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const falls = head.getAttribute("aria-sort") === "ascending";
      const text = (row) => row.cells[at].textContent.trim();
      const compare = (one, other) => {
        const [a, b] = [text(one), text(other)];
        // What is empty stands last, whichever way.
        if (!a || !b) return (a ? -1 : b ? 1 : 0) * (falls ? -1 : 1);
        return head.className === "number" ? number(a) - number(b) : collator.compare(a, b);
      };
      const rows = [...body.rows].sort(compare);
      body.append(...(falls ? rows.reverse() : rows));
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    });
  });
}
