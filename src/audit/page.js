"use strict";
(() => {
  const body = document.querySelector("#findings tbody"), rows = [...body.rows];
  const filter = document.querySelector("#filter"), shown = document.querySelector("#shown");
  const chosen = new Set();
  const texts = rows.map(row => row.textContent.toLowerCase());

  function show() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    rows.forEach((row, i) => {
      const hit = (chosen.size === 0 || chosen.has(row.className)) && words.every(word => texts[i].includes(word));
      row.hidden = !hit;
      n += hit;
    });
    shown.textContent = n + " of " + rows.length;
  }

  let timer;
  filter.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 80); });
  for (const card of document.querySelectorAll(".card"))
    card.addEventListener("click", () => {
      const severity = card.dataset.severity;
      card.classList.toggle("on", !chosen.has(severity));
      chosen.has(severity) ? chosen.delete(severity) : chosen.add(severity);
      show();
    });
  for (const cell of document.querySelectorAll(".heat"))
    cell.addEventListener("click", () => {
      filter.value = cell.dataset.check + " " + cell.dataset.host;
      show();
      document.querySelector("#findings").scrollIntoView();
    });

  const heads = [...document.querySelectorAll("#findings th")];
  heads.forEach((head, column) => head.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const key = row => head.dataset.by ? Number(row.dataset.rank) : row.cells[column].textContent;
    const keys = new Map(rows.map(row => [row, key(row)]));
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down === 1 ? "ascending" : "descending");
    const order = [...rows].sort((a, b) => down * (keys.get(a) < keys.get(b) ? -1 : keys.get(a) > keys.get(b) ? 1 : 0));
    body.append(...order);
  }));

  body.addEventListener("click", event => {
    if (!event.target.matches(".copy")) return;
    const text = event.target.previousElementSibling.textContent;
    const done = () => { event.target.textContent = "copied"; };
    if (navigator.clipboard && window.isSecureContext) return void navigator.clipboard.writeText(text).then(done);
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  });
  show();
})();
