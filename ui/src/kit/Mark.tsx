import mark from "./mark.svg";

export function Mark() {
  return (
    <span className="flex items-center gap-2 font-semibold tracking-tight" dir="ltr">
      <img src={mark} alt="" width={22} height={22} />
      HishamOS
    </span>
  );
}
