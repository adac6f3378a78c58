//! Links between our pages lead somewhere.

use crate::tree;

/// The targets of a page's Markdown links that mean files of the repository.
fn relative_links(page: &str) -> Vec<&str> {
    page.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or(target))
        .collect()
}

#[test]
fn every_link_between_pages_leads_to_a_file() {
    let mut broken = Vec::new();
    for page in tree::text_files("").into_iter().filter(|file| file.is_one_of(&["md"])) {
        let folder = tree::root().join(&page.path);
        let folder = folder.parent().unwrap();
        for target in relative_links(&page.text) {
            if !folder.join(target).exists() {
                broken.push(format!("{} links to {target}", page.path));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn links_to_files_are_told_from_others() {
    fn check(page: &str, expected: &[&str]) {
        assert_eq!(relative_links(page), expected, "{page}");
    }
    check("see [a](a.md) and [b](../b/c.md#d)", &["a.md", "../b/c.md"]);
    check("[web](https://example.com) [here](#there)", &[]);
    check("f(x)[0](", &[]);
}
