// What can be ticked. Pure.
import { isWithin, platformOf } from "./form";

export interface Option {
  value: string;
  name: string;
  /** Whether the name is one that machines use. */
  isCode?: boolean;
}

export interface OptionGroup {
  key: string;
  /** Null where one group is all there is. */
  name: string | null;
  options: Option[];
}

const code = (value: string): Option => ({ value, name: value, isCode: true });

/** Options as they are, and after them what was named before and is no longer offered: it must
 * be possible to take that away. */
export function plainGroups(
  options: Option[],
  named: readonly string[],
  others: string,
): OptionGroup[] {
  return withOthers([{ key: "known", name: null, options }], named, others);
}

interface Models {
  /** As platform/model. */
  known: readonly string[];
  groups: readonly string[];
  platforms: string[] | null;
  named: readonly string[];
}

/** The models of each platform that is allowed, then the model groups, then the rest. */
export function modelGroups(
  { known, groups, platforms, named }: Models,
  words: { groups: string; others: string },
): OptionGroup[] {
  const within = [...new Set(known)].filter((each) => isWithin(each, platforms)).sort();
  const byPlatform = new Map<string, Option[]>();
  for (const model of within) {
    const platform = platformOf(model) ?? model;
    byPlatform.set(platform, [...(byPlatform.get(platform) ?? []), code(model)]);
  }
  const offered: OptionGroup[] = [...byPlatform].map(([platform, options]) => ({
    key: `platform ${platform}`,
    name: platform,
    options,
  }));
  if (groups.length > 0) {
    offered.push({ key: "groups", name: words.groups, options: [...groups].sort().map(code) });
  }
  return withOthers(
    offered,
    named.filter((each) => isWithin(each, platforms)),
    words.others,
  );
}

function withOthers(groups: OptionGroup[], named: readonly string[], name: string): OptionGroup[] {
  const known = new Set(groups.flatMap((group) => group.options.map((each) => each.value)));
  const others = [...new Set(named)].filter((each) => !known.has(each)).sort();
  return others.length === 0
    ? groups
    : [...groups, { key: "others", name, options: others.map(code) }];
}
