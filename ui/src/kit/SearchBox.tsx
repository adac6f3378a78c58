import { SearchInput } from "./SearchInput";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Searches what is on the page. */
export function SearchBox(props: Props) {
  return (
    <search className="mb-4 block max-w-sm">
      <SearchInput {...props} />
    </search>
  );
}
