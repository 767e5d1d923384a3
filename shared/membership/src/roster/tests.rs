use super::*;

fn checked(csv: &str) -> Roster {
    check(csv.as_bytes(), &taken()).unwrap()
}

fn taken() -> Taken {
    Taken {
        emails: HashSet::from([Email::parse("old@club.example").unwrap()]),
        handles: HashSet::from(["jo-doe".to_owned()]),
    }
}

/// `line reason` of each bad row.
fn bad(roster: &Roster) -> Vec<String> {
    let line = |bad: &BadRow| format!("{} {}", bad.line, bad.reason);
    roster.bad.iter().map(line).collect()
}

/// `email handle` of each good row.
fn good(roster: &Roster) -> Vec<String> {
    let line = |row: &Row| format!("{} {}", row.email.as_str(), row.handle);
    roster.rows.iter().map(line).collect()
}

#[test]
fn every_member_gets_a_free_handle() {
    let roster = checked(
        "email,name,handle\n\
         a@club.example,Jo Doe,\n\
         b@club.example,Jo Doe,\n\
         C@Club.Example ,Zoë,zoe\n\
         d@club.example,Zoe,\n",
    );
    assert_eq!(
        good(&roster),
        [
            "a@club.example jo-doe-2",
            "b@club.example jo-doe-3",
            "c@club.example zoe",
            "d@club.example zoe-2",
        ]
    );
    assert_eq!(bad(&roster), [""; 0]);
}

#[test]
fn every_bad_row_is_named_with_its_line() {
    let roster = checked(
        "email,name,handle,password_hash\n\
         old@club.example,Old,,\n\
         nobody,No Body,,\n\
         \n\
         a@club.example,A,a,\n\
         A@club.example,A again,,\n\
         b@club.example,,,\n\
         c@club.example,\"two\nlines\",,\n\
         d@club.example,D,jo-doe,\n\
         e@club.example,E,a,\n\
         f@club.example,F,Not A Handle,\n\
         g@club.example,G,,plain text\n\
         h@club.example,H\n\
         i@club.example,I,,,extra\n",
    );
    insta::assert_snapshot!(bad(&roster).join("\n"), @r"
    3 “nobody” is not an e-mail address.
    6 The address stands in line 5 already.
    7 A name has 1 to 100 characters on one line.
    8 A name has 1 to 100 characters on one line.
    10 The handle “jo-doe” is taken.
    11 The handle “a” stands in line 5 already.
    12 A handle has 1 to 40 of the characters a-z, 0-9 and -, and no - at its ends.
    13 The password hash can’t be read. It must be one of argon2, or Werkzeug’s scrypt or pbkdf2.
    14 Fields in this row: 2; columns in line 1: 4. A field that holds the separator needs quotes.
    15 Fields in this row: 5; columns in line 1: 4. A field that holds the separator needs quotes.
    ");
    assert_eq!(good(&roster), ["a@club.example a"]);
}

/// A roster grows over the years; whoever is a member keeps name, handle and password.
#[test]
fn rows_of_members_are_no_error() {
    let roster = checked(
        "email,name,handle\n\
         OLD@club.example,Old,jo-doe\n\
         new@club.example,New,\n\
         old@club.example,Old,\n",
    );
    assert_eq!(good(&roster), ["new@club.example new"]);
    assert_eq!(roster.members.len(), 1);
    assert_eq!(roster.members[0].line, 2);
    assert_eq!(bad(&roster), ["4 The address stands in line 2 already."]);
}

#[test]
fn what_spreadsheets_write_is_read() {
    for csv in [
        "\u{feff}Name;E-Mail;EMAIL\r\nJo;x;jo@club.example\r\n",
        "EMAIL\tName\nJo@club.example\tJo\n",
        "\"email\",\"name\"\n\"jo@club.example\", Jo\n",
        "name,email,\nJo,jo@club.example,",
    ] {
        let roster = checked(csv);
        assert_eq!(
            good(&roster),
            ["jo@club.example jo"],
            "{csv}: {:?}",
            roster.bad
        );
    }
    let roster = checked("email,name,telephone\njo@club.example,Jo,1\n");
    assert_eq!(roster.ignored, ["telephone"]);
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    for csv in [
        "email,name\r\n\r\n\r\nx,X\r\n",
        "email,name\n\n\nx,X",
        "email,name\r\r\rx,X\r",
    ] {
        assert_eq!(checked(csv).bad[0].line, 4, "{csv:?}");
    }
}

#[test]
fn what_is_no_roster_is_refused_as_a_whole() {
    for (csv, word) in [
        (b"".as_slice(), "email"),
        (b"jo@club.example,Jo\n", "email"),
        (b"email,handle\n", "name"),
        (b"email,email,name\n", "twice"),
        (b"\xff\xfee\0m\0", "UTF-16"),
    ] {
        let error = check(csv, &taken()).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let latin = check(b"email,name\njo@club.example,Zo\xeb\n", &taken()).unwrap();
    assert_eq!(
        bad(&latin),
        ["2 The row is not UTF-8. Save the file as CSV in UTF-8."]
    );
}

/// What `export` writes can be imported elsewhere; nobody who was shut out comes back that way.
#[test]
fn an_export_is_a_roster() {
    let hash = "$argon2id$v=19$m=4096,t=1,p=1$UBYVOv3ySx0UsqL8ll3BgQ$d0icPiS8/8THgXGykozXuH4AyFRYIoMPhvHjLOXtI7A";
    let roster = checked(&format!(
        "email,name,handle,password_hash,disabled,created_at\n\
         a@club.example,A,a,\"{hash}\",false,2026-01-01T00:00:00Z\n\
         b@club.example,B,b,,true,2026-01-01T00:00:00Z\n"
    ));
    assert_eq!(good(&roster), ["a@club.example a"]);
    assert_eq!(roster.rows[0].password_hash.as_deref(), Some(hash));
    assert_eq!(
        bad(&roster),
        ["3 The member is disabled. Take the row out."]
    );
}

#[test]
fn a_role_stands_in_a_column_of_its_own() {
    let roster = checked(
        "email,name,role\n\
         a@club.example,A,\n\
         b@club.example,B,editor\n\
         c@club.example,C,admin\n\
         d@club.example,D,owner\n",
    );
    let roles: Vec<Role> = roster.rows.iter().map(|row| row.role).collect();
    assert_eq!(roles, [Role::Member, Role::Editor, Role::Admin]);
    assert_eq!(
        bad(&roster),
        ["5 “owner” is no role. A role is member, editor or admin."]
    );
}

/// A page shows what stands in a row, and why it is bad, side by side.
#[test]
fn a_bad_row_says_whose_it_is() {
    let roster = checked("email,name,handle\nnobody,No Body,\nd@club.example,D,jo-doe\nx\n");
    let whose = |bad: &BadRow| (bad.line, bad.email.clone(), bad.name.clone());
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        roster.bad.iter().map(whose).collect::<Vec<_>>(),
        [
            (2, some("nobody"), some("No Body")),
            (3, some("d@club.example"), some("D")),
            (4, None, None),
        ]
    );
}
