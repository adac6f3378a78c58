//! The macro that makes two tests out of one body.

/// Makes `name::sqlite` and `name::postgres` of every function, each on a database of its
/// own. The parameter is a `Db`, or a `TestDb` for a test that opens it a second time.
///
/// ```text
/// store::both_databases! {
///     async fn closed_sprint_rejects_new_stories(db: Db) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_databases {
    () => {};
    ($(#[$attribute:meta])* async fn $name:ident($db:ident: Db) $body:block $($rest:tt)*) => {
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($db: $crate::Db) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let test = $crate::testing::sqlite().await;
                body(test.db.clone()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let test = $crate::testing::postgres().await;
                body(test.db.clone()).await;
            }
        }
        $crate::both_databases! { $($rest)* }
    };
    ($(#[$attribute:meta])* async fn $name:ident($test:ident: TestDb) $body:block $($rest:tt)*) => {
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($test: $crate::testing::TestDb) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                body($crate::testing::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                body($crate::testing::postgres().await).await;
            }
        }
        $crate::both_databases! { $($rest)* }
    };
}
