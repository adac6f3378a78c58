import { useTranslation } from "react-i18next";
import { Field } from "@/kit/Field";
import { Select } from "@/kit/Select";
import { useFormats } from "@/lib/useFormats";

const scale = [1, 2, 3, 5, 8, 13];

interface Props {
  value: number | null;
  onChange: (points: number | null) => void;
}

export function PointsSelect({ value, onChange }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Field label={t("item.points")}>
      {(control) => (
        <Select
          {...control}
          value={value ?? ""}
          onChange={(event) =>
            onChange(event.target.value === "" ? null : Number(event.target.value))
          }
        >
          <option value="">{t("item.noPoints")}</option>
          {scale.map((points) => (
            <option key={points} value={points}>
              {formats.number(points)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
