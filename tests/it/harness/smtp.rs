//! A mail server that takes mails over SMTP, and refuses some.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// To whom the envelope is addressed.
    pub to: String,
    /// The whole text.
    pub text: String,
}

/// A mail server. Its refusals repeat the recipient's address, as real ones do.
pub struct MailServer {
    /// Where it listens.
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl MailServer {
    /// A server that asks `refuse` about each recipient, with the mails that it has taken: an answer such as `450 4.2.1`.
    pub async fn start(refuse: impl Fn(&str, &[Received]) -> Option<&'static str> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let refuse = Arc::new(refuse);
        tokio::spawn({
            let received = Arc::clone(&received);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (received, refuse) = (Arc::clone(&received), Arc::clone(&refuse));
                    // A client that goes away in the middle has sent nothing.
                    tokio::spawn(async move { serve(stream, &received, &*refuse).await });
                }
            }
        });
        Self { address, received }
    }

    /// The address for `smtp_url`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// What it has taken.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    stream: TcpStream,
    received: &Mutex<Vec<Received>>,
    refuse: &(dyn Fn(&str, &[Received]) -> Option<&'static str> + Send + Sync),
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example.org ESMTP\r\n").await?;
    let mut to = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.split_ascii_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-mail.example.org\r\n250 8BITMIME".to_owned(),
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                let refused = refuse(&to, &received.lock().unwrap_or_else(PoisonError::into_inner));
                refused.map_or_else(|| "250 ok".to_owned(), |code| format!("{code} <{to}>: not now"))
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while !text.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut text).await? == 0 {
                        return Ok(());
                    }
                }
                let mail = Received { to: to.clone(), text };
                received.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
                "250 taken".to_owned()
            }
            "QUIT" => "221 bye".to_owned(),
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}
