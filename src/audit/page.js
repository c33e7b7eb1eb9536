"use strict";
(() => {
  const body = document.querySelector("#findings tbody");
  if (!body) return;
  const find = selector => document.querySelector(selector);
  const all = selector => [...document.querySelectorAll(selector)];
  const rows = [...body.rows], filter = find("#filter"), clear = find("#clear"), sort = find("#sort");
  const texts = rows.map(row => row.textContent.toLowerCase());
  const chosen = new Set();    // severities; none chosen: all
  let onlyNew = false, square = null;

  function hits(row, text, words) {
    return (chosen.size === 0 || chosen.has(row.className)) && (!onlyNew || "new" in row.dataset) &&
      (!square || (row.cells[1].textContent === square.dataset.check && (row.cells[3].textContent || "(no host)") === square.dataset.host)) &&
      words.every(word => text.includes(word));
  }
  function show() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    rows.forEach((row, i) => {
      const hit = hits(row, texts[i], words);
      row.hidden = !hit;
      n += hit;
    });
    const number = k => k.toLocaleString("en-US");
    find("#shown").textContent = number(n) + " of " + number(rows.length) + (square ? ": " + square.dataset.check + " of " + square.dataset.host : "");
    clear.hidden = n === rows.length;
    find("#none").hidden = n > 0;
    all(".card").forEach(card => card.setAttribute("aria-pressed", "new" in card.dataset ? onlyNew : chosen.has(card.dataset.severity)));
    all(".heat.on").forEach(other => other.classList.remove("on"));
    if (square) square.classList.add("on");
  }

  let timer;
  filter.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 80); });
  clear.addEventListener("click", () => { chosen.clear(); onlyNew = false; square = null; filter.value = ""; show(); });
  all(".card").forEach(card => card.addEventListener("click", () => {
    const severity = card.dataset.severity;
    if ("new" in card.dataset) onlyNew = !onlyNew;
    else if (!chosen.delete(severity)) chosen.add(severity);
    show();
  }));
  all(".heat").forEach(cell => cell.addEventListener("click", () => {
    square = square === cell ? null : cell;
    show();
    if (square) find("#findings-section").scrollIntoView({ behavior: "smooth" });
  }));

  const heads = all("#findings th"), severities = ["critical", "high", "medium", "low"];
  const key = (row, column) => column === 0 ? severities.indexOf(row.className) : row.cells[column].textContent;
  function order(column, down) {
    const keys = new Map(rows.map(row => [row, key(row, column)]));
    const compare = (a, b) => keys.get(a) < keys.get(b) ? -1 : keys.get(a) > keys.get(b) ? 1 : 0;
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    sort.value = column;
    body.append(...[...rows].sort((a, b) => down ? compare(b, a) : compare(a, b)));
  }
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    sort.append(new Option("by " + head.textContent, column));
    button.textContent = head.textContent;
    head.replaceChildren(button);
    head.addEventListener("click", () => order(column, head.getAttribute("aria-sort") === "ascending"));
  });
  sort.addEventListener("change", () => order(Number(sort.value), false));

  function copyByHand(text, done) {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  }
  // a page that was opened from a file may have no clipboard, or may not use it
  function copy(text, done) {
    if (!navigator.clipboard) return copyByHand(text, done);
    navigator.clipboard.writeText(text).then(done, () => copyByHand(text, done));
  }
  body.addEventListener("toggle", event => {
    const remedy = event.target.querySelector("pre");
    if (!event.target.open || remedy.nextElementSibling.matches(".copy")) return;
    const check = document.getElementById("c-" + event.target.closest("tr").cells[1].textContent), why = document.createElement("p");
    if (check) why.textContent = check.cells[2].lastChild.textContent;
    remedy.before(why);
    const button = document.createElement("button");
    button.className = "copy";
    button.textContent = "copy";
    button.addEventListener("click", () => copy(remedy.textContent, () => { button.textContent = "copied"; }));
    remedy.after(button);
  }, true);
  // on paper what to do is shown, as long as it is a few pages
  addEventListener("beforeprint", () => {
    const seen = rows.filter(row => !row.hidden);
    if (seen.length <= 200) seen.forEach(row => { row.querySelector("details").open = true; });
  });
  show();
})();
