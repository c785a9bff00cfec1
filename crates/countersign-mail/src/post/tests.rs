//! A small mail server, files, and what goes wrong with either.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use countersign::secret::{Password, PlainToken, StoredPassword};
use countersign::user::{FieldValue, Fields, User, UserKey};

use super::*;
use crate::{Encryption, SmtpLogin, SmtpServer};

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_gets_the_letter() {
    let server = MailServer::start(&[]);
    let post = post(server.delivery(None));
    post.mailer(Some("https://shop.example.org/reset")).send(mail("ada@example.org"));
    let letter = server.letter();
    assert_eq!(letter.envelope, ["MAIL FROM:<shop@example.org>", "RCPT TO:<ada@example.org>"]);
    for line in [
        "From: Shop <shop@example.org>",
        "To: ada@example.org",
        "Subject: A new password for Shop",
        "Content-Type: text/plain; charset=utf-8",
        "Hello ada,",
        "https://shop.example.org/reset?uid=MQ&token=czy-0123456789abcdef0123456789abcdef",
    ] {
        assert!(letter.text.lines().any(|said| said == line), "{line:?} is not in:\n{}", letter.text);
    }
    close(post).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_may_ask_who_we_are() {
    let server = MailServer::start(&[]);
    let post = post(server.delivery(Some(login())));
    post.mailer(None).send(mail("ada@example.org"));
    // RFC 4616: a NUL before the name, and one before the password.
    let expected = "AUTH PLAIN AHNob3AAaHVudGVyMg==";
    assert!(server.letter().envelope.iter().any(|line| line == expected));
    close(post).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_now_is_tried_again_and_what_fails_for_good_is_not() {
    let server = MailServer::start(&["421 later", "550 never", "451 busy"]);
    let post = post(server.delivery(None));
    let mailer = post.mailer(None);
    mailer.send(mail("first@example.org"));
    mailer.send(mail("second@example.org"));
    mailer.send(mail("third@example.org"));
    let mut received = [server.letter().to(), server.letter().to()];
    received.sort();
    assert_eq!(received, ["first@example.org", "third@example.org"]);
    close(post).await;
    assert!(server.letters.try_recv().is_err(), "the second one is not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_comes_back_gets_what_waited() {
    // DIFFERENCE: Django tries once, before it answers.
    // A port that nobody listens at.
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let post = post(delivery(address, None));
    post.mailer(None).send(mail("ada@example.org"));
    let server = MailServer::listening(TcpListener::bind(address).unwrap(), &[]);
    assert_eq!(server.letter().to(), "ada@example.org");
    close(post).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_at_the_end_is_tried_once_more() {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let post = Post::with_patience(stationery(), delivery(address, None), &AN_HOUR);
    let mailer = post.mailer(None);
    for number in 0..3 {
        mailer.send(mail(&format!("{number}@example.org")));
    }
    let server = MailServer::listening(TcpListener::bind(address).unwrap(), &[]);
    close(post).await;
    let mut received = [(); 3].map(|()| server.letter().to());
    received.sort();
    assert_eq!(received, ["0@example.org", "1@example.org", "2@example.org"]);
    mailer.send(mail("late@example.org"));
    assert!(server.letters.try_recv().is_err(), "nothing is sent after the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_comes_whether_or_not_the_mail_server_answers() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let post = post(delivery(silent.local_addr().unwrap(), None));
    post.mailer(None).send(mail("ada@example.org"));
    post.close(Duration::from_millis(50)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_starttls_nothing_is_said_in_the_clear() {
    let server = MailServer::start(&[]);
    let smtp =
        SmtpServer { encryption: Encryption::StartTls, login: Some(login()), ..smtp(server.address, None) };
    let post = Post::with_patience(stationery(), Delivery::smtp(&smtp).unwrap(), &[]);
    post.mailer(None).send(mail("ada@example.org"));
    close(post).await;
    assert!(server.letters.try_recv().is_err(), "this server offers no STARTTLS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_takes_no_more_and_nobody_waits() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let post = post(delivery(silent.local_addr().unwrap(), None));
    let mailer = post.mailer(None);
    for _ in 0..2 * ROOM {
        mailer.send(mail("ada@example.org"));
    }
    assert_eq!(post.queue.capacity(), 0);
    post.close(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_is_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mails");
    let post = post(Delivery::File(path.clone()));
    let mailer = post.mailer(None);
    mailer.send(mail("ada@example.org"));
    mailer.send(mail("bob@example.org"));
    close(post).await;
    let files: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(file.extension().unwrap(), "eml");
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains("uid: MQ\r\ntoken: czy-0123456789abcdef0123456789abcdef\r\n"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_of_ones_own_are_given_what_django_gives_them() {
    let folder = tempfile::tempdir().unwrap();
    // DIFFERENCE: Django would take the domain from the request's Host header.
    let mut stationery = shop();
    stationery.use_https = true;
    stationery.subject("{{ user.first_name }},\n your password").unwrap();
    let body = "{{ protocol }}://{{ domain }}/{{ uid }}/{{ token }} {{ user.get_username }} {{ email }} \
                {{ user.pk }} {{ site_name }} {{ nothing }}{{ password_reset_url }}<";
    stationery.body(body).unwrap();
    let post = Post::start(stationery, Delivery::File(folder.path().into()));
    post.mailer(Some("u")).send(mail("ada@example.org"));
    close(post).await;
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(file).unwrap();
    let expected =
        "https://example.org/MQ/czy-0123456789abcdef0123456789abcdef ada ada@example.org 1 Shop u<";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("Subject: AdaBcc: eve@example.org, your password\r\n"), "{text}");
    assert!(!text.contains("\r\nBcc:"), "{text}");
}

#[test]
fn a_name_or_an_address_puts_no_header_into_a_letter() {
    let stationery = stationery();
    for hostile in ["ada@example.org\r\nBcc: eve@example.org", "ada@example.org,eve@example.org", "", "\0"] {
        let letter = stationery.letter(&mail(hostile), None, SystemClock.now(), &SystemEntropy);
        assert!(!letter.expect_err(hostile).may_pass());
    }
}

#[test]
fn the_log_is_not_told_an_address_or_a_token() {
    let mail = mail("ada@example.org");
    let told = Undelivered::unwritable(format!("<{}> {}", mail.email, mail.token.expose()));
    assert_eq!(told.without(&mail), "<…> …");
}

/// Mails as a request leaves them.
fn mail(email: &str) -> ResetMail {
    let fields = [("first_name", FieldValue::Text("Ada\r\nBcc: eve@example.org".into()))];
    let user = User {
        key: UserKey::Int(1),
        username: "ada".into(),
        password: StoredPassword::new("md5$a$b"),
        is_active: true,
        email: Some(email.into()),
        last_login: None,
        fields: Fields::from_iter(fields),
    };
    let token = PlainToken::new("czy-0123456789abcdef0123456789abcdef");
    ResetMail { user, email: email.into(), uid: "MQ".into(), token }
}

fn shop() -> Stationery {
    let mut stationery = Stationery::new("Shop <shop@example.org>".parse().unwrap(), "example.org");
    stationery.site_name = "Shop".into();
    stationery
}

fn stationery() -> Arc<Stationery> {
    Arc::new(shop())
}

/// With little patience.
fn post(delivery: Delivery) -> Post {
    Post::with_patience(stationery(), delivery, &LITTLE_PATIENCE)
}

async fn close(post: Post) {
    post.close(DEADLINE).await;
}

fn delivery(address: SocketAddr, login: Option<SmtpLogin>) -> Delivery {
    Delivery::smtp(&smtp(address, login)).unwrap()
}

fn smtp(address: SocketAddr, login: Option<SmtpLogin>) -> SmtpServer {
    let server = SmtpServer::new(address.ip().to_string());
    SmtpServer { port: address.port(), timeout: DEADLINE, login, ..server }
}

fn login() -> SmtpLogin {
    SmtpLogin { user: "shop".into(), password: Password::new("hunter2") }
}

/// A mail server as RFC 5321 describes it, and no more of it than is needed here.
struct MailServer {
    address: SocketAddr,
    letters: mpsc::Receiver<Received>,
}

/// What a mail server was told of one letter.
struct Received {
    envelope: Vec<String>,
    text: String,
}

impl MailServer {
    /// Answers the first recipients with these refusals, one each.
    fn start(refusals: &[&'static str]) -> Self {
        Self::listening(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap(), refusals)
    }

    fn listening(listener: TcpListener, refusals: &[&'static str]) -> Self {
        let (send, letters) = mpsc::channel();
        let address = listener.local_addr().unwrap();
        let mut refusals: VecDeque<_> = refusals.iter().copied().collect();
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that goes away has got what it wanted.
                let _ = converse(&stream.unwrap(), &mut refusals, &send);
            }
        });
        Self { address, letters }
    }

    fn delivery(&self, login: Option<SmtpLogin>) -> Delivery {
        delivery(self.address, login)
    }

    fn letter(&self) -> Received {
        self.letters.recv_timeout(DEADLINE).expect("a letter comes")
    }
}

impl Received {
    fn to(&self) -> String {
        let to = self.envelope.iter().find_map(|line| line.strip_prefix("RCPT TO:")).unwrap();
        to.trim_matches(['<', '>']).to_owned()
    }
}

fn converse(
    stream: &TcpStream,
    refusals: &mut VecDeque<&'static str>,
    letters: &mpsc::Sender<Received>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let say = |line: &str| write!(&*stream, "{line}\r\n");
    say("220 here")?;
    let mut received = Received { envelope: Vec::new(), text: String::new() };
    while let Some(line) = lines.next() {
        let line = line?;
        match line.split(' ').next().unwrap_or_default() {
            "EHLO" => say("250-here\r\n250 AUTH PLAIN")?,
            "AUTH" => {
                received.envelope.push(line);
                say("235 welcome")?;
            }
            "RCPT" => {
                received.envelope.push(line);
                say(refusals.pop_front().unwrap_or("250 yes"))?;
            }
            "DATA" => {
                say("354 go on")?;
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    received.text.push_str(&line);
                    received.text.push('\n');
                }
                letters.send(received).map_err(std::io::Error::other)?;
                received = Received { envelope: Vec::new(), text: String::new() };
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => {
                received.envelope.push(line);
                say("250 yes")?;
            }
        }
    }
    Ok(())
}

const AN_HOUR: [Duration; 1] = [Duration::from_hours(1)];
const LITTLE_PATIENCE: [Duration; 100] = [Duration::from_millis(20); 100];
const DEADLINE: Duration = Duration::from_secs(20);
