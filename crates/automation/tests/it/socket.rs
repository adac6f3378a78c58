use axum::http::Request;
use futures::StreamExt as _;
use serde_json::{Value as Json, json};
use store::both_databases;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::house::{House, ONE};
use crate::models::SOON;

/// Serves the house on a port of its own.
async fn serve(house: &House) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = house.router.clone();
    house.app.app.spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn open(
    house: &House,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<WebSocketStream<TcpStream>, u16> {
    let address = serve(house).await;
    let mut request = Request::builder()
        .uri(format!("ws://{address}/api/v1{path}"))
        .header("host", address.to_string())
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    for (name, value) in headers {
        request = request.header(*name, value.replace("{address}", &address.to_string()));
    }
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(request.body(()).unwrap(), stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// Everything until the server closes.
async fn rest(mut socket: WebSocketStream<TcpStream>) -> Vec<Json> {
    let mut events = Vec::new();
    loop {
        let message = tokio::time::timeout(SOON, socket.next()).await.expect("a message comes");
        match message {
            Some(Ok(Message::Text(text))) => events.push(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(_))) | None => return events,
            Some(Ok(_)) => {}
            Some(Err(error)) => panic!("{error}"),
        }
    }
}

const KEY: (&str, &str) = ("authorization", "Bearer test-view_workflows");

both_databases! {
    async fn a_socket_tells_every_fact_and_closes(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        let socket = open(&house, &format!("/executions/{id}/socket"), &[KEY]).await.unwrap();
        house.models.open("write_text");
        let told = rest(socket).await;
        let stored: Vec<&Json> = told.iter().filter(|event| !event["seq"].is_null()).collect();
        let kinds: Vec<&str> = stored.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, house.kinds(&id).await);
        let numbers: Vec<i64> = stored.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
        let later = open(&house, &format!("/executions/{id}/socket?after=3"), &[KEY]).await.unwrap();
        assert_eq!(rest(later).await.first().unwrap()["seq"], 4);
    }

    async fn who_announces_a_long_message_is_cut_off(db: Db) {
        let house = House::new(db).await;
        house.models.hold("write_text");
        let id = house.execute(ONE, json!({})).await;
        house.models.begun(1).await;
        let path = format!("/executions/{id}/socket");
        let mut socket = open(&house, &path, &[KEY]).await.unwrap();
        // a text of a mebibyte, of which nothing but the head comes
        let head = [0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 1, 2, 3, 4];
        socket.get_mut().write_all(&head).await.unwrap();
        let ended = async { while let Some(Ok(_)) = socket.next().await {} };
        tokio::time::timeout(SOON, ended).await.expect("the server hangs up");
        house.models.open("write_text");
    }

    async fn only_own_pages_open_a_socket(db: Db) {
        let house = House::new(db).await;
        let id = house.execute(ONE, json!({})).await;
        house.status(&id, "completed").await;
        let path = format!("/executions/{id}/socket");
        let own = open(&house, &path, &[KEY, ("origin", "http://{address}")]).await;
        assert!(!rest(own.unwrap()).await.is_empty());
        let check = async |path: &str, headers: &[(&str, &str)], status: u16| {
            assert_eq!(open(&house, path, headers).await.err(), Some(status), "{headers:?}");
        };
        check(&path, &[KEY, ("origin", "http://evil.example.com")], 403).await;
        check(&path, &[KEY, ("sec-fetch-site", "cross-site")], 403).await;
        check(&path, &[], 401).await;
        check(&path, &[("authorization", "Bearer test-view_workflows@2")], 404).await;
        check("/executions/exe_00000000000000000000000001/socket", &[KEY], 404).await;
        let plain = house.app.send("GET", &format!("/api/v1{path}"), None).await.expect(426);
        assert_eq!(plain["code"], "upgrade_required");
    }
}
