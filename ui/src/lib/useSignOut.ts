import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { signOut } from "@/api/identity";
import { asProblem } from "./problem";
import { problemLine } from "./problemText";
import { rememberSignedIn } from "./signedIn";

export function useSignOut() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      rememberSignedIn(null);
      queryClient.clear();
      await navigate({ to: "/sign-in" });
    },
    onError: (error) => toast.error(problemLine(asProblem(error), t, i18n.language)),
  });
}
