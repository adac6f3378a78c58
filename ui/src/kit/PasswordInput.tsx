import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { Input } from "./Input";

export function PasswordInput(props: ComponentProps<"input">) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(false);
  return (
    <span className="relative block">
      <Input {...props} type={isShown ? "text" : "password"} dir="ltr" className="pe-10" />
      <Button
        tone="ghost"
        size="tiny"
        className="absolute inset-y-0 end-1 my-auto"
        aria-label={t("action.showPassword")}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
      >
        {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      </Button>
    </span>
  );
}
