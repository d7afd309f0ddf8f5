"use strict";
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: light)");
  const name = () => root.dataset.theme || (system.matches ? "light" : "dark");
  const changed = () => document.dispatchEvent(new Event("theme"));
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = name() === "light" ? "dark" : "light";
    changed();
  });
  system.addEventListener("change", changed);
})();
