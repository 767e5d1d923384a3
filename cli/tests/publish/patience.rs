//! A server that takes everything and never says what became of it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::site::{EMAIL, Site};

/// Answers as a site would that is at everything for ever. Answers its address, and what it was asked.
fn busy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            answer(client.unwrap(), &noted);
        }
    });
    (url, asked)
}

fn answer(client: TcpStream, asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() <= 2 {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(number) = lower.strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
        if head.is_empty() {
            head = line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let call = head.split(" HTTP").next().unwrap_or_default();
    let sent = asked.lock().unwrap().iter().any(|it| it.contains("upload"));
    asked.lock().unwrap().push(call.to_owned());
    let listed = json!({
        "slug": "a", "entry_id": "jo/a", "state": "processing", "file_name": "a.md", "path": "", "sha256": null,
        "reason": null, "warning_count": 0
    });
    let listed = if sent { vec![listed] } else { Vec::new() };
    let body = match call.split('?').next().unwrap_or_default() {
        "GET /api/site" => {
            json!({ "site": { "limits": { "readme": 9999, "picture": 9999, "large_picture": 9999 } } })
        }
        "POST /api/login" => json!({ "access_token": "a.b.c", "expires_in": 3600 }),
        "GET /api/files" => {
            json!({ "files": [], "usage": { "files": 0, "bytes": 0, "max_files": 9, "max_bytes": 9 } })
        }
        "GET /api/readmes" => json!({ "readmes": listed, "cursor": null }),
        _ => json!({ "status": "success" }),
    };
    let body = body.to_string();
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let mut client = reader.into_inner();
    client.write_all((head + &body).as_bytes()).unwrap();
}

#[tokio::test]
async fn missing_reports_have_an_exit_code_and_are_asked_for_ever_more_seldom() {
    let site = Site::start().await;
    site.write("a.md", "# A\n\nWords.\n");
    let (url, asked) = busy();
    let whom = ["--url", &url, "--email", EMAIL, "--patience", "6"];
    let ended = site.publish(&whom).await;
    assert_eq!(ended.code, 3, "{}{}", ended.out, ended.said);
    assert!(
        ended
            .said
            .contains("what became of 1 document isn't known 6 seconds after"),
        "{}",
        ended.said
    );
    assert!(
        ended.out.contains("sent       a.md: its report"),
        "{}",
        ended.out
    );
    let asked = asked.lock().unwrap();
    let looks = asked.iter().filter(|call| call.contains("/api/readmes"));
    let looks = looks.count();
    assert!((5..=25).contains(&looks), "{looks} looks");
}
