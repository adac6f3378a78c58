import { useQuery } from "@tanstack/react-query";
import { adminPlaces } from "@/lib/adminPlaces";
import { sessionOptions } from "./identity";

/** The places of administration that this person may see. */
export function useAdminPlaces() {
  const { data: session } = useQuery(sessionOptions);
  return adminPlaces.filter((place) => session?.permissions.some((each) => each === place.needs));
}
