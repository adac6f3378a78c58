// Test double: a path pattern and what answers it.
import type { Db } from "./db";

export interface Asked {
  db: Db;
  request: Request;
  params: Record<string, string>;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

export interface Route {
  isPublic: boolean;
  match(method: string, path: string): Record<string, string> | null;
  answer: Answer;
}

export function route(method: string, pattern: string, answer: Answer, isPublic = false): Route {
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? "");
  const shape = new RegExp(`^${pattern.replace(/\{\w+\}/g, "([^/]+)")}$`);
  return {
    isPublic,
    answer,
    match(wantedMethod, path) {
      const found = wantedMethod === method ? shape.exec(path) : null;
      if (!found) return null;
      return Object.fromEntries(
        names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? "")]),
      );
    },
  };
}
