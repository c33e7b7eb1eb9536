"use strict";
(() => {
  // ---- what the page carries: the report as --save writes it, and beside it what that does not say
  const carried = id => JSON.parse(document.getElementById(id).textContent);
  const report = carried("report"), beside = carried("beside"), trend = beside.trend;
  report.checks.forEach((check, i) => Object.assign(check, beside.checks[i]));
  report.findings.forEach(finding => { finding.isNew = false; });
  beside.new.forEach(i => { report.findings[i].isNew = true; });
  const checks = new Map(report.checks.map(check => [check.check, check]));
  // the worst first, within a severity in the order of the checks
  const severities = ["critical", "high", "medium", "low"];
  const findings = severities.flatMap(severity => report.findings.filter(finding => finding.severity === severity));

  const number = n => n.toLocaleString("en-US");
  const day = at => at.slice(0, "2026-01-31".length);
  const minute = at => at.slice(0, "2026-01-31T03:04".length).replace("T", " ");
  const sum = numbers => numbers.reduce((a, b) => a + b, 0);
  const greatest = numbers => numbers.reduce((a, b) => Math.max(a, b), 0);
  const longest = names => greatest(names.map(name => name.length));
  const hostOf = finding => finding.host || "(no host)";

  // ---- elements: what is put into one is text, and never anything else
  function furnish(element, attributes, children) {
    for (const name in attributes)
      if (attributes[name] !== false) element.setAttribute(name, attributes[name] === true ? "" : attributes[name]);
    for (const child of children)
      if (child !== null && child !== "") element.append(child);
    return element;
  }
  const svg = "http://www.w3.org/2000/svg";
  const draw = (name, attributes, ...children) => furnish(document.createElementNS(svg, name), attributes, children);
  const make = (name, attributes, ...children) => furnish(document.createElement(name), attributes, children);
  const plain = (name, ...children) => make(name, {}, ...children);
  const section = (title, ...children) => plain("section", plain("h2", title), ...children);
  const tag = severity => make("span", { class: "tag" }, severity);
  const find = selector => document.querySelector(selector);
  const all = selector => [...document.querySelectorAll(selector)];

  // ---- the head: what was looked at, and how much of each severity
  function heading() {
    const ended = (...outcomes) => report.checks.filter(check => outcomes.includes(check.outcome)).length;
    const unrun = ended("failed", "timed out"), seconds = Math.floor((beside.took_ms + 500) / 1000);
    const head = [`${minute(report.started_at)} UTC · ${ended("done")} checks in ${seconds} s`];
    return unrun > 0 ? [...head, " · ", plain("b", `${unrun} not finished`)] : head;
  }
  function change(severity) {
    const more = trend[trend.length - 1][severity] - trend[trend.length - 2][severity];
    if (more === 0) return plain("i", "as before");
    return make("i", { class: more > 0 ? "more" : "fewer" }, (more > 0 ? "▲ " : "▼ ") + number(Math.abs(more)));
  }
  function cards() {
    const card = (name, shows, n, than) =>
      make("button", { class: `card ${name}`, ...shows, "aria-pressed": "false" }, plain("b", number(n)), ` ${name}`, than);
    const found = severity => sum(report.checks.filter(check => check.severity === severity).map(check => check.found));
    const compares = trend.length > 1;
    return make("section", { class: "cards", "aria-label": "show only" },
      ...severities.map(s => card(s, { "data-severity": s }, found(s), compares ? change(s) : null)),
      compares ? card("new", { "data-new": true }, beside.new.length, null) : null);
  }

  // ---- the trend: a line a severity over the runs, one step a run
  const wide = { width: 1200, height: 200, left: 12, right: 60, top: 14, bottom: 26 }; // the scale is right, at the newest run
  // every power of ten is one step up, so that three criticals can be seen beside ten thousand others; straight in between
  function up(n) {
    let ten = 10, steps = 1;
    if (n <= 10) return n / 10;
    for (; n > ten * 10; ten *= 10) steps++;
    return steps + (n - ten) / (9 * ten);
  }
  function trendLine(runs, name, x, y) {
    const points = runs.map((run, i) => [x(i), y(run[name])]);
    const dot = ([cx, cy], i) => draw("circle", { class: `dot ${name}`, cx, cy, r: 4 },
      draw("title", {}, `${minute(runs[i].at)}: ${runs[i][name]} ${name.replace("_", " ")}`));
    const line = draw("polyline", { class: `line ${name}`, points: points.join(" ") });
    return runs.length <= 60 ? [line, ...points.map(dot)] : [line];
  }
  function trendPicture(id, runs, names, label) {
    const { width, height, left, right, top, bottom } = wide, last = runs.length - 1, every = Math.ceil(runs.length / 8);
    const most = greatest([10, ...runs.flatMap(run => names.map(name => run[name]))]);
    const x = i => left + Math.trunc(i * (width - left - right) / last);
    const y = n => height - bottom - Math.trunc(up(n) * (height - top - bottom) / up(most));
    const picture = draw("svg", { id, class: "trend", role: "img", "aria-label": `${label} over ${runs.length} runs`,
      viewBox: `0 0 ${width} ${height}` });
    for (let n = 0; n <= most; n = n === 0 ? 10 : n * 10)
      picture.append(draw("path", { class: "grid", d: `M${left} ${y(n)}H${width - right}` }),
        draw("text", { x: width - right + 10, y: y(n) + 4 }, number(n)));
    runs.forEach((run, i) => {
      if ((last - i) % every === 0)
        picture.append(draw("text", { x: x(i), y: height - 6, "text-anchor": i === 0 ? "start" : "middle" }, day(run.at)));
    });
    for (const name of [...names].reverse()) picture.append(...trendLine(runs, name, x, y));
    return make("div", { class: "scroll newest" }, picture);
  }
  const trendSection = () => section("Against earlier runs", trendPicture("trend", trend, severities, "findings by severity"));

  // ---- tonight: whom nobody could bring back, where the run looked for that; a run that did not look is no point of its line
  const asksReadiness = check => check.number.startsWith("R");
  function tonightRow({ subject, subject_kind: kind, severity, details, since, isNew }) {
    const { instances, could_go: could, reasons, missing, zone } = details;
    return make("tr", { class: severity },
      plain("td", plain("b", subject), kind === "host" ? "" : ` ${kind}`, zone ? ` in ${zone}` : ""),
      plain("td", `${could} of ${instances}`),
      plain("td", reasons),
      plain("td", missing || "-"),
      plain("td", day(since), ...isNew ? [" ", make("span", { class: "fresh" }, "new")] : []));
  }
  function tonightTable(rows) {
    const heads = ["if it died now", "could be evacuated", "why not the others", "what would help", "since"];
    return make("table", { id: "tonight" }, plain("thead", plain("tr", ...heads.map(head => plain("th", head)))),
      plain("tbody", ...rows.map(tonightRow)));
  }
  function tonightSection() {
    const looked = report.checks.filter(asksReadiness), rows = findings.filter(finding => asksReadiness(checks.get(finding.check)));
    const unlisted = sum(looked.map(check => check.found - check.listed)), runs = trend.filter(run => "not_ready" in run);
    const failed = looked.find(check => check.outcome !== "done");
    const words = failed ? `It was not looked at: ${failed.why}` : "Every host, zone and aggregate could be evacuated whole.";
    return section("Who could not be rescued tonight",
      rows.length > 0 ? tonightTable(rows) : make("p", { class: failed ? "unrun" : "quiet" }, words),
      unlisted > 0 ? make("p", { class: "quiet" }, `${number(unlisted)} more are not listed: see --max-findings.`) : null,
      runs.length > 1 ? trendPicture("tonight-trend", runs, ["not_ready"], "hosts that could not be rescued") : null);
  }

  // ---- the heat: hosts are rows, kinds of findings are columns, a cell is the darker the more there are of it
  function heatHosts() {
    const hosts = new Map(), natural = new Intl.Collator("en", { numeric: true });
    for (const finding of findings) {
      const name = hostOf(finding);
      if (!hosts.has(name)) hosts.set(name, { name, n: 0, critical: 0, of: new Map() });
      const host = hosts.get(name);
      host.n++;
      host.critical += finding.severity === "critical";
      host.of.set(finding.check, (host.of.get(finding.check) || 0) + 1);
    }
    return [...hosts.values()].sort((a, b) => b.critical - a.critical || b.n - a.n || natural.compare(a.name, b.name));
  }
  function heatKinds(hosts) {
    const rank = check => severities.indexOf(check.severity);
    const kinds = [...new Set(hosts.flatMap(host => [...host.of.keys()]))].map(name => checks.get(name));
    return kinds.sort((a, b) => rank(a) - rank(b) || (a.number < b.number ? -1 : 1));
  }
  const side = 24; // of a cell
  const shade = n => n === 1 ? "s1" : n <= 5 ? "s2" : n <= 25 ? "s3" : "s4";
  function heatCell(host, kind, x, y) {
    const n = host.of.get(kind.check);
    if (!n) return [];
    const what = { class: `heat ${kind.severity} ${shade(n)}`, "data-host": host.name, "data-check": kind.check };
    const cell = draw("rect", { ...what, x: x + 1, y: y + 1, width: side - 2, height: side - 2, rx: 4 },
      draw("title", {}, `${host.name}: ${n} × ${kind.check}`));
    if (n === 1 || n >= 1000) return [cell];
    return [cell, draw("text", { class: `n ${shade(n)}`, x: x + side / 2, y: y + side / 2 + 4 }, n)];
  }
  function heatPicture(hosts) {
    const kinds = heatKinds(hosts), letter = 8; // of a name, on the average and a little more
    const slant = longest(kinds.map(kind => kind.check)) * letter, top = Math.trunc(slant * 2 / 3) + 12;
    const left = Math.min(longest(hosts.map(host => host.name)) * letter, 320) + 16, right = left + kinds.length * side;
    const width = right + Math.trunc(slant * 4 / 7), height = top + hosts.length * side + 4; // the slanted names lean over
    const picture = draw("svg", { id: "heat", role: "img", "aria-label": "findings by host and kind", width, height,
      viewBox: `0 0 ${width} ${height}` });
    kinds.forEach((kind, k) => {
      const place = `translate(${left + k * side + side / 2},${top - 6}) rotate(-50)`;
      picture.append(draw("text", { class: "kind", transform: place }, kind.check));
    });
    hosts.forEach((host, h) => {
      const y = top + h * side;
      if (h % 2 === 0) picture.append(draw("rect", { class: "band", x: 0, y, width: right, height: side }));
      picture.append(draw("text", { class: "host", x: left - 8, y: y + side / 2 + 4, "text-anchor": "end" }, host.name),
        ...kinds.flatMap((kind, k) => heatCell(host, kind, left + k * side, y)));
    });
    return picture;
  }
  function heatSection() {
    const every = heatHosts(), hosts = every.slice(0, 40); // the busiest only: a picture of a thousand rows is none
    const amounts = ["1", "2 to 5", "6 to 25", "more"], fewer = every.length - hosts.length;
    return section("Where", make("div", { class: "scroll" }, heatPicture(hosts)),
      make("p", { class: "quiet legend" }, "findings of a host of one kind:",
        ...amounts.flatMap((amount, i) => [" ", make("span", { class: `s${i + 1}` }), ` ${amount}`]),
        fewer > 0 ? ` · ${fewer} more hosts have fewer` : null));
  }

  // ---- the findings: six cells a row, and what to do inside the fifth
  const columns = [
    { name: "severity", key: finding => severities.indexOf(finding.severity) },
    { name: "check", key: finding => finding.check },
    { name: "subject", key: finding => finding.subject },
    { name: "host", key: finding => finding.host || "" },
    { name: "message", key: finding => finding.message },
    { name: "since", key: finding => minute(finding.since) + (finding.isNew ? " new" : "") },
  ];
  function findingRow(finding) {
    const { severity, check, isNew } = finding, detail = ([name, value]) => [plain("dt", name), plain("dd", value ?? "-")];
    const details = Object.entries(finding.details || {}).flatMap(detail);
    finding.row = make("tr", { class: severity, "data-new": isNew },
      plain("td", tag(severity)),
      plain("td", make("a", { href: `#c-${check}` }, check)),
      plain("td", finding.subject),
      plain("td", finding.host),
      plain("td", plain("details", plain("summary", finding.message), plain("pre", finding.remedy), plain("dl", ...details))),
      plain("td", minute(finding.since), ...isNew ? [" ", make("span", { class: "fresh" }, "new")] : []));
    finding.text = finding.row.textContent.toLowerCase();
    return finding.row;
  }
  function findingsSection() {
    const options = columns.map(({ name }, i) => make("option", { value: i }, `by ${name}`));
    const heads = columns.map(({ name }) => plain("th", plain("button", name)));
    const tools = [
      make("input", { id: "filter", type: "search", "aria-label": "filter",
        placeholder: "filter: words of a check, host, id, message" }),
      make("select", { id: "sort", "aria-label": "sort by" }, ...options),
      make("button", { id: "clear", hidden: true }, "show all"),
      make("span", { id: "shown", "aria-live": "polite" })];
    return make("section", { id: "findings-section" }, plain("h2", "Findings"),
      make("div", { class: "tools" }, ...tools),
      make("table", { id: "findings" }, plain("thead", plain("tr", ...heads)), plain("tbody", ...findings.map(findingRow))),
      make("p", { id: "none", class: "quiet", hidden: true }, "No finding has all of these words."));
  }

  // ---- the checks: what each means, and what came of it
  function checkRow(check) {
    const count = (title, n) => make("td", { class: n === 0 ? "zero" : false, title }, number(n));
    return make("tr", { id: `c-${check.check}`, class: check.severity + (check.outcome === "done" ? "" : " unrun") },
      plain("td", check.number),
      plain("td", tag(check.severity)),
      plain("td", plain("b", check.check), ` ${check.sentence}`),
      plain("td", `${check.outcome} ${check.why || ""}`),
      count("found", check.found),
      count("gone at the second look", check.moved_on),
      count("in the baseline", check.in_baseline),
      count("milliseconds", check.took_ms));
  }
  function checksSection() {
    const names = ["", "severity", "what it looks for", "outcome", "found", "gone at second look", "in baseline", "ms"];
    const heads = names.map(name => plain("th", name)), rows = report.checks.map(checkRow);
    return section("Checks", make("table", { id: "checks" }, plain("thead", plain("tr", ...heads)), plain("tbody", ...rows)));
  }

  // ---- which findings are shown, and in which order
  const chosen = new Set(); // severities; none chosen: all
  let onlyNew = false, square = null;

  function hits(finding, words) {
    return (chosen.size === 0 || chosen.has(finding.severity)) && (!onlyNew || finding.isNew) &&
      (!square || (finding.check === square.dataset.check && hostOf(finding) === square.dataset.host)) &&
      words.every(word => finding.text.includes(word));
  }
  function show() {
    const words = find("#filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const finding of findings) {
      const hit = hits(finding, words);
      finding.row.hidden = !hit;
      n += hit;
    }
    const where = square ? `: ${square.dataset.check} of ${square.dataset.host}` : "";
    find("#shown").textContent = `${number(n)} of ${number(findings.length)}${where}`;
    find("#clear").hidden = n === findings.length;
    find("#none").hidden = n > 0;
    for (const card of all(".card"))
      card.setAttribute("aria-pressed", "new" in card.dataset ? onlyNew : chosen.has(card.dataset.severity));
    all(".heat.on").forEach(other => other.classList.remove("on"));
    if (square) square.classList.add("on");
  }
  function order(column, down) {
    const key = columns[column].key, heads = all("#findings th");
    const compare = (a, b) => key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
    const sorted = [...findings].sort((a, b) => down ? compare(b, a) : compare(a, b));
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
    find("#sort").value = column;
    find("#findings tbody").append(...sorted.map(finding => finding.row));
  }

  // ---- a finding that is opened: what its check means, and its remedy to copy
  function copyByHand(text, done) {
    const area = plain("textarea");
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
  function explain(finding) {
    const remedy = finding.row.querySelector("pre"), button = make("button", { class: "copy" }, "copy");
    if (remedy.nextElementSibling.matches(".copy")) return;
    button.addEventListener("click", () => copy(finding.remedy, () => { button.textContent = "copied"; }));
    remedy.before(plain("p", checks.get(finding.check).sentence));
    remedy.after(button);
  }

  // ---- what the reader does
  function listen() {
    let timer;
    find("#filter").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 80); });
    find("#clear").addEventListener("click", () => {
      chosen.clear();
      onlyNew = false;
      square = null;
      find("#filter").value = "";
      show();
    });
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
    all("#findings th").forEach((head, column) =>
      head.addEventListener("click", () => order(column, head.getAttribute("aria-sort") === "ascending")));
    find("#sort").addEventListener("change", event => order(Number(event.target.value), false));
    find("#findings tbody").addEventListener("toggle", event => {
      if (event.target.open) explain(findings.find(finding => finding.row.contains(event.target)));
    }, true);
    // on paper what to do is shown, as long as it is a few pages
    addEventListener("beforeprint", () => {
      const seen = findings.filter(finding => !finding.row.hidden);
      if (seen.length <= 200) seen.forEach(finding => { finding.row.querySelector("details").open = true; });
    });
  }

  find("header p").replaceChildren(...heading());
  find("main").replaceChildren(cards(), ...report.checks.some(asksReadiness) ? [tonightSection()] : [],
    ...trend.length > 1 ? [trendSection()] : [],
    ...findings.length > 0 ? [heatSection(), findingsSection()] : [make("p", { class: "nothing" }, "Nothing was found.")],
    checksSection());
  if (findings.length > 0) {
    listen();
    show();
  }
})();
