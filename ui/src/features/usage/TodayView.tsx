import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { budgetsOptions, usageOptions } from "@/api/costs";
import { platformHealthOptions } from "@/api/platforms";
import { useCan } from "@/api/useCan";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { useFormats } from "@/lib/useFormats";
import { useNow } from "@/lib/useNow";
import { TodayAlerts } from "./TodayAlerts";
import { TodayCaps } from "./TodayCaps";
import { TodayPeople } from "./TodayPeople";
import { TodayPlatforms } from "./TodayPlatforms";
import { Totals } from "./Totals";
import { byPerson, byPlatform, ofOrganisation, startsOf } from "./today";

/** How often the figures are read again: calls end all the time. */
const rereadMs = 60_000;

/** What is used today and how much of the money is left: by platform, by person, as a whole. */
export function TodayView() {
  const { t } = useTranslation();
  const formats = useFormats();
  const seesModels = useCan("view_models");
  // Past midnight it is another day.
  const now = useNow(rereadMs);
  const starts = startsOf(now);
  const today = { from: starts.day, to: starts.day };
  const first = starts.week < starts.month ? starts.week : starts.month;
  const again = { refetchInterval: rereadMs };
  const platforms = useQuery({ ...usageOptions({ group_by: "platform", ...today }), ...again });
  const people = useQuery({ ...usageOptions({ group_by: "user", ...today }), ...again });
  const days = useQuery({
    ...usageOptions({ group_by: "day", from: first, to: starts.day }),
    ...again,
  });
  const budgets = useQuery({ ...budgetsOptions, ...again });
  const { data: health } = useQuery({ ...platformHealthOptions, enabled: seesModels });
  const skeleton = <Skeleton className="h-40" />;
  return (
    <Loaded query={platforms} skeleton={<Skeleton className="h-72" />}>
      {(report) => (
        <div className="flex flex-col gap-5">
          <p className="text-muted text-sm">
            {t("today.text", { date: formats.day(starts.day) })} {t("usage.utc")}
          </p>
          <Totals total={report.total} />
          <Loaded query={budgets} skeleton={skeleton}>
            {(all) => (
              <>
                <div className="grid items-start gap-5 lg:grid-cols-2">
                  <Loaded query={days} skeleton={skeleton}>
                    {({ items }) => <TodayCaps periods={ofOrganisation(items, all, now)} />}
                  </Loaded>
                  <TodayAlerts budgets={all} />
                </div>
                <TodayPlatforms
                  platforms={byPlatform(report.items, all, health ?? [])}
                  whole={report.total.cost_micros}
                />
                <Loaded query={people} skeleton={skeleton}>
                  {({ items }) => <TodayPeople people={byPerson(items, all)} />}
                </Loaded>
              </>
            )}
          </Loaded>
        </div>
      )}
    </Loaded>
  );
}
