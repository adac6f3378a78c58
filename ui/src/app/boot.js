// Runs before the first paint: language, direction and theme from the last visit, else from the
// browser. Kept free of imports because it is served as a classic blocking script.
(() => {
  const read = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  };
  const known = ["en", "ar", "de", "es", "fr"];
  const wanted = read("hishamos.locale") || (navigator.language || "en").slice(0, 2);
  const locale = known.includes(wanted) ? wanted : "en";
  const theme = read("hishamos.theme") || "system";
  const dark =
    theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const root = document.documentElement;
  root.lang = locale;
  root.dir = locale === "ar" ? "rtl" : "ltr";
  root.dataset.theme = dark ? "dark" : "light";
})();
