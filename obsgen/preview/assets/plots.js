"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("plots").textContent);
  const config = { displayModeBar: false, responsive: false, showTips: false, staticPlot: false };
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const isSeen = (element) => !element.closest("details:not([open])");

  const painted = (layout) => {
    const text = css("--muted"), grid = css("--line");
    const found = { ...layout, font: { ...layout.font, color: text } };
    for (const key of Object.keys(found)) {
      if (/^[xy]axis\d*$/.test(key)) {
        found[key] = { gridcolor: grid, linecolor: grid, tickcolor: grid, ...found[key] };
        found[key].gridcolor = grid;
      }
    }
    found.hoverlabel = { bgcolor: css("--panel"), bordercolor: grid, font: { color: css("--text") } };
    return found;
  };
  const sized = (place, layout) => ({ ...layout, width: place.clientWidth, height: place.clientHeight });
  const plot = (place) => {
    const figure = figures[place.dataset.plot];
    if (!figure || place.clientWidth < 8 || place.clientHeight < 8) return;
    Plotly.react(place, figure.data, sized(place, painted(figure.layout)), config);
  };
  const fit = (element) => {
    const box = element.parentElement.getBoundingClientRect();
    const most = Number(element.dataset.most);
    const isGauge = element.parentElement.classList.contains("dial");
    element.style.fontSize = "10px";
    element.style.width = "max-content";
    const wide = element.getBoundingClientRect().width || 1;
    element.style.width = "";
    const room = isGauge ? Math.min(box.width, box.height) * 0.56 : box.width - 12;
    const share = isGauge ? 0.24 : element.classList.contains("name") ? 0.3 : 0.62;
    const size = Math.min(most, (10 * room) / wide, box.height * share);
    element.style.fontSize = `${Math.max(9, Math.floor(size))}px`;
  };
  // A row of a legend is seen whole, or has to be scrolled to.
  const trim = (legend) => {
    legend.style.maxHeight = "";
    const rows = [...legend.querySelectorAll("li, tr")];
    const top = legend.getBoundingClientRect().top, most = legend.clientHeight;
    const ends = rows.map((row) => row.getBoundingClientRect().bottom - top);
    const whole = Math.max(0, ...ends.filter((end) => end <= most + 1));
    if (whole && ends.some((end) => end > most + 1)) legend.style.maxHeight = `${whole}px`;
  };
  const all = () => {
    for (const legend of document.querySelectorAll(".legend")) if (isSeen(legend)) trim(legend);
    for (const element of document.querySelectorAll(".fit")) if (isSeen(element)) fit(element);
    for (const place of document.querySelectorAll(".plot")) if (isSeen(place)) plot(place);
    document.documentElement.dataset.height = String(document.documentElement.scrollHeight);
    document.documentElement.dataset.ready = "yes";
  };
  const isolate = (item) => {
    const panel = item.closest(".panel");
    const place = panel.querySelector(".plot");
    const name = item.querySelector(".name").textContent;
    if (!place || !place.data || place.data.length < 2) return;
    const alone = place.dataset.only === name;
    place.dataset.only = alone ? "" : name;
    const shown = place.data.map((trace) => (alone || trace.name === name ? true : "legendonly"));
    Plotly.restyle(place, { visible: shown });
    for (const other of panel.querySelectorAll(".legend li, .legend tbody tr"))
      other.classList.toggle("off", !alone && other !== item);
  };

  let waiting = 0, wide = innerWidth;
  // Rows have a height of their own: how high the window is changes nothing.
  addEventListener("resize", () => {
    if (innerWidth === wide) return;
    wide = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(all, 60);
  });
  document.addEventListener("theme", all);
  for (const row of document.querySelectorAll("details.row")) row.addEventListener("toggle", all);
  for (const item of document.querySelectorAll(".legend li, .legend tbody tr"))
    item.addEventListener("click", () => isolate(item));
  all();
})();
