import { fireEvent, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/mocks/renderApp";

test("a sign-out that did not get through is told in words, not in the browser's", async () => {
  const { mock } = renderApp("/projects");
  const menu = await screen.findByRole("button", { name: /Account menu/ });
  const handle = mock.handle;
  mock.handle = (request) =>
    request.url.endsWith("/auth/logout")
      ? Promise.reject(new TypeError("Failed to fetch"))
      : handle(request);
  fireEvent.keyDown(menu, { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  expect(
    await screen.findByText("Check that HishamOS is running and that you are connected to it."),
  ).toBeTruthy();
});
