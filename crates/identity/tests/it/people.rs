//! The people of an organisation, as their colleagues see them.

use serde_json::json;

use crate::house::{EMAIL, House};
use crate::sql;

store::both_databases! {
    async fn everybody_sees_the_names_of_colleagues_and_nothing_else(db: Db) {
        let house = House::with_admin(&db).await;
        house.app.clock.advance(std::time::Duration::from_secs(1));
        let omar = house.create_admin("omar@example.com").await;
        sql::set_role(&db, omar, "Viewer").await;
        sql::second_organisation(&db, "eve@example.com", house.app.app.now()).await;
        let viewer = house.signed_in("omar@example.com").await;
        let first = house.get(&viewer, "/people?limit=1").await.expect(200);
        let me = house.get(&house.signed_in(EMAIL).await, "/auth/me").await.expect(200);
        let mona = json!({ "id": me["user"]["id"], "name": "Mona", "is_active": true });
        assert_eq!(first["items"], json!([mona]));
        sql::set_active(&db, me["user"]["id"].as_str().unwrap().parse().unwrap(), false).await;
        let path = format!("/people?limit=1&cursor={}", first["next"].as_str().unwrap());
        let second = house.get(&viewer, &path).await.expect(200);
        assert_eq!(second["items"], json!([{ "id": omar, "name": "Mona", "is_active": true }]));
        assert_eq!(second["next"], json!(null));
        let all = house.get(&viewer, "/people").await.expect(200);
        assert_eq!(all["items"][0]["is_active"], false, "who left still has a name");
        let eve = house.signed_in("eve@example.com").await;
        let theirs = house.get(&eve, "/people").await.expect(200);
        assert_eq!(theirs["items"].as_array().unwrap().len(), 1);
        assert_eq!(theirs["items"][0]["name"], "Omar");
        house.get(&viewer, "/people?cursor=zz").await.expect(400);
    }
}
