// The look and language of this browser. boot.js reads the same names before the first paint.
export type Theme = "system" | "light" | "dark";

function keep(name: string, value: string) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
}

const prefersDark = () => matchMedia("(prefers-color-scheme: dark)");

let chosen: Theme = "system";

function paint() {
  const isDark = chosen === "dark" || (chosen === "system" && prefersDark().matches);
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
}

export function applyTheme(theme: Theme) {
  chosen = theme;
  keep("hishamos.theme", theme);
  paint();
}

export function rememberLocale(locale: string) {
  keep("hishamos.locale", locale);
}

export function followSystemTheme() {
  try {
    chosen = (localStorage.getItem("hishamos.theme") as Theme | null) ?? "system";
  } catch {
    chosen = "system";
  }
  prefersDark().addEventListener("change", paint);
}
