//! What a message says: the sentences of the login application, of the service, of its cross-cluster part and of the
//! authentication behind them. It joins nothing and judges nothing; a sentence that it does not know is [`Event::Other`].

use memchr::memmem;

use super::time::number;

/// Which program writes a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    App,
    Service,
    /// Tomcat's authentication, on the thread of who asks for it.
    Security,
    /// Parts that both the application and the service have, and what is not known.
    Either,
}

/// Returns which program writes a category.
pub(super) fn side(category: &[u8]) -> Side {
    match category {
        b"EMAppServlet" | b"EMServiceCommunicator" | b"EMX509TrustManager" => Side::App,
        b"EMServiceServlet" | b"DBRequestor" | b"Authenticator" | b"PolicyValidator" | b"LogoutScheduler"
        | b"EmccData" | b"EmccCommunicator" => Side::Service,
        b"AuthenticationImpl" | b"AuthenticationDB" | b"AuthenticationLDAP" | b"Log4jEncLogger" => {
            Side::Security
        }
        _ => Side::Either,
    }
}

/// What a message says. Texts are as the line has them, without the blanks around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event<'a> {
    // The login application
    AppRequest(u32),
    Parameters(Parameters<'a>),
    /// The answer to "who is on this phone": the phone, and who is logged in.
    LoginStatus(&'a [u8], Option<&'a [u8]>),
    FormSent(&'a [u8]),
    ExistsLocally(&'a [u8]),
    /// The user whom the application works for.
    AppUser(&'a [u8]),
    Authenticated(&'a [u8]),
    /// A user and the names of his device profiles.
    Profiles(&'a [u8], &'a [u8]),
    LoginPerformed(&'a [u8], &'a [u8]),
    LogoutPerformed(&'a [u8]),
    EmccAsked(&'a [u8]),
    /// A message to the service, which may follow in the line.
    Posted(&'a [u8]),
    NotTrusted,

    // The service
    ServiceRequest(u32),
    Parsing,
    ExecutingLogin,
    ExecutingLogout(Option<&'a [u8]>),
    LoginDone(&'a [u8]),
    LogoutDone(&'a [u8]),
    /// An answer of the service, which may follow in the line.
    Answered(&'a [u8]),
    /// A line that names a phone.
    Device(&'a [u8]),
    /// A line that names a user.
    User(&'a [u8]),
    UnknownUser(&'a [u8]),
    /// What the database has of a phone: who is on it, and whether it allows Extension Mobility.
    DeviceInfo(Option<&'a [u8]>, bool),
    AutoLogout(&'a [u8], i64),
    /// An application user was let in without asking the database: for so many milliseconds more.
    Cached(&'a [u8], i64),

    // Cross cluster
    EmccReceived(&'a [u8]),
    FindingHome(&'a [u8]),
    HomeFound(&'a [u8], &'a [u8]),
    HomeAsked,
    VisitingLogin(&'a [u8]),
    /// At the home cluster: a login for a phone of another cluster.
    HomeReceived(&'a [u8]),
    HomeLogin(&'a [u8]),
    /// The security modes of the phone and of the home cluster.
    SecurityModes(&'a [u8], &'a [u8]),

    // Authentication
    PinResult(bool),
    PinUser(&'a [u8]),
    Hint(Hint),

    /// A refusal with its number.
    Code(u16),
    /// Known, and says nothing that a story needs.
    Nothing,
    /// Not known.
    Other,
}

/// What a line tells of an authentication that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    InactiveInDirectory,
    DirectoryFailed,
    PinMustChange,
}

/// `EMApp Request parameters: …`. A field is absent where the line has `null` or lacks it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parameters<'a> {
    pub(super) is_logout: bool,
    /// Without the blanks around it.
    pub(super) device: Option<&'a [u8]>,
    /// True if a blank of the service URL got into the name of the device, or into `#EMCC#`.
    pub(super) has_blank: bool,
    /// Empty where nothing was typed.
    pub(super) user: Option<&'a [u8]>,
    pub(super) profile: Option<&'a [u8]>,
    pub(super) is_refresh: bool,
    pub(super) is_cluster_info: bool,
    pub(super) address: Option<&'a [u8]>,
    pub(super) login_type: Option<&'a [u8]>,
    pub(super) is_emcc: bool,
}

/// A message, with the numbers that the service writes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sentence<'a> {
    /// The number of the service's request.
    pub(super) number: Option<u32>,
    /// At a home cluster: the number of the request of the visited one.
    pub(super) visiting: Option<u32>,
    pub(super) event: Event<'a>,
}

/// Reads the message of a line.
pub(super) fn read<'a>(category: &[u8], message: &'a [u8]) -> Sentence<'a> {
    let message = message.trim_ascii();
    let plain = |event| Sentence { number: None, visiting: None, event };
    match side(category) {
        Side::App => plain(known(app(message), message)),
        Side::Security => plain(known(security(message), message)),
        Side::Service => numbered(message),
        Side::Either => {
            let event = database(message).or_else(|| profiles(message)).or_else(|| trust(message));
            let event = event.or_else(|| if category.is_empty() { app(message) } else { None });
            if event.is_none() && message.first().is_some_and(u8::is_ascii_digit) {
                return numbered(message);
            }
            plain(known(event, message))
        }
    }
}

fn known<'a>(event: Option<Event<'a>>, message: &'a [u8]) -> Event<'a> {
    event.or_else(|| hint(message)).or_else(|| code(message).map(Event::Code)).unwrap_or(Event::Other)
}

fn app(message: &[u8]) -> Option<Event<'_>> {
    let after = |start: &[u8]| message.strip_prefix(start);
    if let Some(rest) = after(b"EMApp Request") {
        if let Some(rest) = rest.strip_prefix(b"#") {
            let digits = rest.trim_ascii_start().trim_ascii_start();
            let dashes = digits.iter().take_while(|byte| matches!(byte, b'-' | b'>' | b' ')).count();
            return small(digits.get(dashes..)?).map(Event::AppRequest);
        }
        return rest
            .trim_ascii_start()
            .strip_prefix(b"parameters:")
            .map(|rest| Event::Parameters(parameters(rest)));
    }
    if let Some(rest) = after(b"The login status result for") {
        let mut fields = rest.trim_ascii_start().strip_prefix(b":")?.split(|byte| *byte == b':');
        return Some(Event::LoginStatus(fields.next()?.trim_ascii(), fields.next().and_then(present)));
    }
    if let Some(rest) = after(b"Sent login page for device") {
        return Some(Event::FormSent(rest.trim_ascii()));
    }
    if let Some(rest) = after(b"User '") {
        let end = memchr::memchr(b'\'', rest)?;
        let (user, behind) = rest.split_at_checked(end)?;
        return behind.starts_with(b"' exists locally").then_some(Event::ExistsLocally(user));
    }
    if let Some(rest) = after(b"User authentication complete for user") {
        return Some(Event::Authenticated(rest.trim_ascii()));
    }
    if let Some(rest) = after(b"Successfully performed ") {
        let (user, device) =
            halves(rest.split_at_checked(rest.iter().position(|byte| *byte == b' ')?)?.1, b" at ")?;
        let user = user.trim_ascii_start().strip_prefix(b"for user")?.trim_ascii();
        return match rest.first()? {
            b'L' if rest.starts_with(b"Login") => Some(Event::LoginPerformed(user, device.trim_ascii())),
            b'L' if rest.starts_with(b"Logout") => Some(Event::LogoutPerformed(device.trim_ascii())),
            _ => None,
        };
    }
    if let Some(rest) = after(b"EMCC Request for ") {
        return Some(Event::EmccAsked(rest.trim_ascii()));
    }
    if let Some(rest) = after(b"EM Request for ").or_else(|| after(b"isUserLocal: userid =")) {
        return Some(Event::AppUser(rest.trim_ascii()));
    }
    if let Some(rest) = after(b"Posting to EM ") {
        return Some(Event::Posted(rest));
    }
    for start in [
        &b"EMAppServlet: Request protocol"[..],
        b"findPreferredCharSet",
        b"token1",
        b"token2",
        b"charset with",
        b"returning charset",
        b"my charset",
        b"Alternate Script",
        b"Context:",
        b"EMURI",
        b"EMCC:",
        b"postMsg",
    ] {
        if message.starts_with(start) {
            return Some(Event::Nothing);
        }
    }
    profiles(message).or_else(|| trust(message))
}

/// Returns the sentence on profiles, which the application and the service of a home cluster write.
fn profiles(message: &[u8]) -> Option<Event<'_>> {
    let at = memmem::find(message, b"UserInfo:")?;
    let user = memmem::find(message, b"UserID:").and_then(|at| message.get(at + 7..))?.trim_ascii_start();
    let user = user.split(u8::is_ascii_whitespace).next()?;
    let names = memmem::find(message.get(at..)?, b"Device Profiles:")
        .and_then(|from| message.get(at + from + 16..))?;
    Some(Event::Profiles(user, names.trim_ascii()))
}

fn trust(message: &[u8]) -> Option<Event<'_>> {
    memmem::find(message, b"Certificate not found in the keystore").map(|_| Event::NotTrusted)
}

/// Reads `7: …`, ` 7 …`, `2 : 3 : …` and `1 : 3 : ClusterOne: …`.
fn numbered(message: &[u8]) -> Sentence<'_> {
    let (first, rest) = prefix(message, true);
    let (second, rest) = if first.is_some() { prefix(rest, false) } else { (None, rest) };
    let mut event = service(rest);
    if event.is_none() && second.is_some() {
        // The name of the cluster that asks.
        event = halves(rest, b":").and_then(|(_, rest)| service(rest.trim_ascii()));
    }
    Sentence { number: first, visiting: second, event: known(event, rest) }
}

/// Reads a number and a colon at the start; the colon may be missing where `is_bare` allows that.
fn prefix(text: &[u8], is_bare: bool) -> (Option<u32>, &[u8]) {
    let text = text.trim_ascii_start();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(digits).unwrap_or_default();
    let Some(number) = small(number) else { return (None, text) };
    match rest.trim_ascii_start().strip_prefix(b":") {
        Some(rest) => (Some(number), rest.trim_ascii_start()),
        None if is_bare && rest.starts_with(b" ") => (Some(number), rest.trim_ascii_start()),
        None => (None, text),
    }
}

fn service(message: &[u8]) -> Option<Event<'_>> {
    let after = |start: &[u8]| message.strip_prefix(start).map(<[u8]>::trim_ascii);
    match message.first()? {
        b'E' => {
            if let Some(rest) = after(b"EMService Request#") {
                let dashes = rest.iter().take_while(|byte| matches!(byte, b'-' | b'>' | b' ' | b':')).count();
                return small(rest.get(dashes..)?).map(Event::ServiceRequest);
            }
            if message.starts_with(b"EM Service: Request type") || message.starts_with(b"EMService") {
                return Some(Event::Nothing);
            }
            if message.starts_with(b"Executing Login") {
                return Some(Event::ExecutingLogin);
            }
            if let Some(rest) = after(b"Executing Logout") {
                return Some(Event::ExecutingLogout(rest.strip_prefix(b"for device=").and_then(present)));
            }
            if let Some(rest) = after(b"EmccLoginRequest:") {
                return emcc(rest);
            }
            if let Some(rest) = after(b"EmccHomeLogin :") {
                let user = halves(rest, b"Performing Home Device Login for")?.1.trim_ascii();
                return Some(Event::HomeLogin(user.strip_prefix(b":").unwrap_or(user).trim_ascii()));
            }
            if after(b"Executing authenticate").or_else(|| after(b"EmccRequest Processing Time")).is_some() {
                return Some(Event::Nothing);
            }
            None
        }
        b'L' => {
            if let Some(rest) = after(b"LoginService.executeLogin: Dev:")
                .or_else(|| after(b"LoginService.executeLogout: Dev:"))
            {
                let (device, what) = device_and(rest)?;
                return Some(match what {
                    b"Login Successful" => Event::LoginDone(device),
                    b"Logout Successful" => Event::LogoutDone(device),
                    _ => Event::Device(device),
                });
            }
            if let Some(rest) = after(b"LogoutScheduler.setLogout(): Dev:") {
                let (device, what) = device_and(rest)?;
                let seconds = what.strip_prefix(b"Set logout for ")?.split(u8::is_ascii_whitespace).next()?;
                return number(seconds).map(|seconds| Event::AutoLogout(device, seconds));
            }
            message.starts_with(b"LoginService").then_some(Event::Nothing).or_else(|| naming(message))
        }
        b'P' if message.starts_with(b"Parsing Request") => Some(Event::Parsing),
        b'p' => {
            if let Some(rest) = after(b"processEmccRequest: Received ") {
                let (what, user) = halves(rest, b" for :").or_else(|| halves(rest, b" for "))?;
                return Some(match what {
                    b"EMCC Home Cluster Login Request" => Event::HomeReceived(user.trim_ascii()),
                    b"EMCC Login Request" => Event::EmccReceived(user.trim_ascii()),
                    _ => Event::User(user.trim_ascii()),
                });
            }
            if message.starts_with(b"performDoLogin") {
                return Some(Event::HomeAsked);
            }
            after(b"performVisitingDeviceLogin -").map(Event::Device).or_else(|| naming(message))
        }
        b'f' => after(b"findHomeCluster: Finding Home Cluster for User:").map(Event::FindingHome),
        b'a' => after(b"authenticate pin for ")
            .map(Event::User)
            .or_else(|| message.starts_with(b"authenticate2").then_some(Event::Nothing)),
        b'A' => {
            let rest = after(b"Authenticator.")?;
            if let Some((app, what)) =
                after(b"Authenticator.authenticateTransaction: AppID:").and_then(device_and)
            {
                let cached = what
                    .strip_prefix(b"Approved through credential cache,")
                    .and_then(|rest| number(rest.trim_ascii_start().split(u8::is_ascii_whitespace).next()?));
                return Some(cached.map_or(Event::Nothing, |left| Event::Cached(app, left)));
            }
            let user = rest.strip_prefix(b"userExists: UserID:").and_then(device_and);
            Some(user.map_or(Event::Nothing, |(user, _)| Event::User(user)))
        }
        b'Q' => {
            if let Some(rest) = after(b"Querying device user for device") {
                return Some(Event::Device(rest));
            }
            if let Some(rest) = after(b"Query completed, returning") {
                return Some(Event::Answered(rest));
            }
            message.starts_with(b"Query").then_some(Event::Nothing)
        }
        b'R' => {
            if message.starts_with(b"Request->") {
                return Some(Event::Nothing);
            }
            let at = memmem::find(message, b"returning")?;
            message
                .starts_with(b"Request ")
                .then_some(Event::Answered(message.get(at + 9..).unwrap_or_default()))
        }
        b'D' => {
            if let Some(rest) = after(b"DeviceSecurityMode:") {
                let (device, home) = halves(rest, b"HomeCluster SecurityMode:")?;
                return Some(Event::SecurityModes(device.trim_ascii(), home.trim_ascii()));
            }
            naming(message)
        }
        b'U' if message.starts_with(b"UserInfo:") => profiles(message),
        _ => naming(message).or_else(|| database(message)),
    }
}

fn emcc(rest: &[u8]) -> Option<Event<'_>> {
    if let Some(rest) = rest.strip_prefix(b"Home Cluster URL for User:") {
        let (user, url) = halves(rest, b" is ")?;
        let url = url.trim_ascii();
        return Some(Event::HomeFound(user.trim_ascii(), url.strip_prefix(b":").unwrap_or(url).trim_ascii()));
    }
    if let Some(user) = rest.strip_prefix(b"Performing Visiting Device Login for") {
        let user = user.trim_ascii();
        return Some(Event::VisitingLogin(user.strip_prefix(b":").unwrap_or(user).trim_ascii()));
    }
    Some(Event::Nothing)
}

/// Reads a sentence of which only the phone matters: `… Dev: SEP… - …`, `… Dev: 'SEP…' - …`, `… Device: SEP… - …`.
fn naming(message: &[u8]) -> Option<Event<'_>> {
    let at = memmem::find(message, b"Dev: ").map(|at| at + 5);
    let at = at.or_else(|| memmem::find(message, b"Device: ").map(|at| at + 8))?;
    device_and(message.get(at..)?).map(|(device, _)| Event::Device(device))
}

/// Reads `SEP001122334455- what`, also with blanks around the name and in quotes.
fn device_and(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    if let Some(quoted) = text.strip_prefix(b"'") {
        let end = memchr::memchr(b'\'', quoted)?;
        let rest = quoted.get(end + 1..)?.trim_ascii_start();
        return Some((quoted.get(..end)?, rest.strip_prefix(b"-").unwrap_or(rest).trim_ascii()));
    }
    // A name may hold a dash: the one that ends it has a blank behind it or before it, or ends the line.
    let ends = |at: &usize| {
        let around = (at.checked_sub(1).and_then(|at| text.get(at)), text.get(at + 1));
        matches!(around, (Some(b' '), _) | (_, None | Some(b' ')))
    };
    let end = memchr::memchr_iter(b'-', text).find(ends);
    let end = end.or_else(|| memchr::memchr(b'-', text))?;
    let device = text.get(..end)?.trim_ascii();
    (!device.is_empty()).then(|| (device, text.get(end + 1..).unwrap_or_default().trim_ascii()))
}

/// Reads what `CMDatabase` says to both programs.
fn database(message: &[u8]) -> Option<Event<'_>> {
    if let Some(at) = memmem::find(message, b"known user:") {
        let start = at.checked_sub(2).and_then(|at| message.get(at..)).unwrap_or_default();
        if start.starts_with(b"Un") || message.get(at.checked_sub(1)?..)?.starts_with(b"U") {
            return Some(Event::UnknownUser(message.get(at + 11..)?.trim_ascii()));
        }
    }
    if let Some(at) = memmem::find(message, b"no user exists with id:") {
        return Some(Event::UnknownUser(message.get(at + 23..)?.trim_ascii()));
    }
    if let Some(rest) = message.strip_prefix(b"getDeviceInfo:Result of the query:") {
        let field = |name: &[u8]| {
            let at = memmem::find(rest, name)?;
            rest.get(at + name.len()..)?.split(|byte| matches!(byte, b',' | b'}')).next()
        };
        let current = field(b"currentuserid=").and_then(present);
        return Some(Event::DeviceInfo(current, field(b"allowhotelingflag=") == Some(b"f")));
    }
    message.starts_with(b"CMDatabase").then_some(Event::Nothing)
}

fn security(message: &[u8]) -> Option<Event<'_>> {
    if let Some(at) = memmem::find(message, b"Authentication complete with result") {
        let rest = message.get(at + 35..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii();
        return number(rest).map(|result| Event::PinResult(result == 0));
    }
    if let Some(at) = memmem::find(message, b"userId=") {
        return message
            .get(at + 7..)?
            .split(u8::is_ascii_whitespace)
            .next()
            .and_then(present)
            .map(Event::PinUser);
    }
    None
}

/// Reads what tells why an authentication fails, wherever it stands.
fn hint(message: &[u8]) -> Option<Event<'_>> {
    if memmem::find(message, b"nactive in LDAP").is_some() {
        return Some(Event::Hint(Hint::InactiveInDirectory));
    }
    if memmem::find(message, b"ust change").is_some() && memmem::find(message, b"redential").is_some() {
        return Some(Event::Hint(Hint::PinMustChange));
    }
    let fails = || {
        [&b"Exception"[..], b"onnection refused", b"not reachable"]
            .iter()
            .any(|word| memmem::find(message, word).is_some())
    };
    let names =
        || memmem::find(message, b"LDAP").is_some() || memmem::find(message, b"directory server").is_some();
    (fails() && names()).then_some(Event::Hint(Hint::DirectoryFailed))
}

/// Reads the number of a refusal: `error code="18"`, `Error Code: 18`, `unavailable(18)`, `login again (201)`.
pub(super) fn code(text: &[u8]) -> Option<u16> {
    let behind = |word: &[u8]| memmem::find(text, word).and_then(|at| text.get(at + word.len()..));
    let digits = |rest: &[u8]| {
        let rest = rest.trim_ascii_start();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        number(rest.get(..count)?).and_then(|code| u16::try_from(code).ok())
    };
    if let Some(rest) = behind(b"unavailable").or_else(|| behind(b"login again")) {
        return digits(rest.trim_ascii_start().strip_prefix(b"(")?);
    }
    let rest =
        [&b"rror code"[..], b"rror Code", b"rrorCode", b"rrorcode"].iter().find_map(|word| behind(word))?;
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(b"=").or_else(|| rest.strip_prefix(b":")).unwrap_or(rest).trim_ascii_start();
    digits(rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest))
}

/// What the XML of a message to the service, or of its answer, tells a story.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Body<'a> {
    pub(super) device: Option<&'a [u8]>,
    /// True if the name of the device has a blank at its start or end.
    pub(super) has_blank: bool,
    pub(super) user: Option<&'a [u8]>,
    pub(super) code: Option<u16>,
    /// The service knows no such device.
    pub(super) is_unknown: bool,
}

/// Reads a piece of XML, which may be any part of a document.
pub(super) fn body(text: &[u8]) -> Body<'_> {
    if memchr::memchr(b'<', text).is_none() {
        return Body::default();
    }
    let element = |open: &[u8]| {
        let start = memmem::find(text, open)? + open.len();
        let rest = text.get(start..)?;
        rest.get(..memchr::memchr(b'<', rest).unwrap_or(rest.len()))
    };
    let device = element(b"<deviceName>");
    Body {
        device: device.map(<[u8]>::trim_ascii).filter(|device| !device.is_empty()),
        has_blank: device
            .is_some_and(|device| !device.trim_ascii().is_empty() && device.trim_ascii() != device),
        user: element(b"<userID>").map(<[u8]>::trim_ascii).filter(|user| !user.is_empty()),
        code: memmem::find(text, b"<error").and_then(|at| code(text.get(at..)?)),
        is_unknown: memmem::find(text, b"<doesNotExist").is_some(),
    }
}

/// The names of the fields, in their order.
const FIELDS: [&[u8]; 12] = [
    b"Logout=",
    b"Device Name=",
    b"User Id=",
    b"Device Profile=",
    b"Refresh=",
    b"Remote Host IP Address =",
    b"Via Header Set =",
    b"getClusterInfo =",
    b"Lang =",
    b"Charset=",
    b"Emcc =",
    b"LoginType =",
];

fn parameters(text: &[u8]) -> Parameters<'_> {
    let mut found: [Option<(usize, usize)>; FIELDS.len()] = [None; FIELDS.len()];
    let mut from = 0;
    for (place, name) in found.iter_mut().zip(FIELDS) {
        let Some(at) = text.get(from..).and_then(|rest| memmem::find(rest, name)) else { continue };
        *place = Some((from + at, from + at + name.len()));
        from += at + name.len();
    }
    let raw = |field: usize| {
        let (_, start) = (*found.get(field)?)?;
        let end = found.iter().skip(field + 1).flatten().next().map_or(text.len(), |(next, _)| *next);
        // One blank stands before the next name.
        text.get(start..end).map(|value| value.strip_suffix(b" ").unwrap_or(value))
    };
    let value = |field| raw(field).map(<[u8]>::trim_ascii).filter(|value| *value != b"null");
    let word = |field| value(field)?.split(u8::is_ascii_whitespace).next().filter(|word| !word.is_empty());
    let is_set = |field| word(field).is_some_and(|word| word != b"false");
    let emcc = value(10).unwrap_or_default();
    // A token that was not replaced, with a blank in it: `#EMCC #`. Without one the phone only cannot do EMCC.
    let is_torn = emcc.starts_with(b"#") && emcc.iter().any(u8::is_ascii_whitespace);
    let device = raw(1).unwrap_or_default();
    let has_blank = !device.trim_ascii().is_empty() && device.trim_ascii() != device;
    Parameters {
        is_logout: word(0) == Some(b"true"),
        device: value(1).filter(|device| !device.is_empty()),
        has_blank: has_blank || is_torn,
        user: value(2),
        profile: value(3).filter(|profile| !profile.is_empty()),
        is_refresh: is_set(4),
        is_cluster_info: is_set(7),
        address: word(5),
        login_type: word(11),
        is_emcc: word(10) == Some(b"true"),
    }
}

/// Returns what is before and behind the first place of a separator.
fn halves<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, separator)?;
    Some((text.get(..at)?, text.get(at + separator.len()..)?))
}

fn present(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii();
    (!text.is_empty() && text != b"null").then_some(text)
}

fn small(digits: &[u8]) -> Option<u32> {
    number(digits).and_then(|number| u32::try_from(number).ok())
}
