//! Every text of a message, in the order of its fields, to compare two readings. No field may be left out.

use hotdesk_core::{
    AppCertificate, AppInfo, DeviceProfileResults, DeviceUserResults, Message, Operation, Query,
    QueryOperation, Request, Response, Text, UserDevicesResults, UserDevicesStatus, UserProfilesStatus,
};

/// Returns the texts of a message, decoded. Certificates are among them.
///
/// # Panics
///
/// Panics if the core has grown a variant that is not handled here.
pub fn texts(message: &Message<'_>) -> Vec<String> {
    let mut texts = Texts(Vec::new());
    match message {
        Message::Request(request) => texts.request(request),
        Message::Query(query) => texts.query(query),
        Message::Response(response) => texts.response(response),
        other => panic!("{other:?}"),
    }
    texts.0
}

struct Texts(Vec<String>);

impl Texts {
    fn one(&mut self, text: Text<'_>) {
        self.0.push(text.to_string());
    }

    fn all<'a>(&mut self, texts: impl IntoIterator<Item = Text<'a>>) {
        texts.into_iter().for_each(|text| self.one(text));
    }

    fn app(&mut self, app: &AppInfo<'_>) {
        self.one(app.id);
        match &app.certificate {
            AppCertificate::Plain(secret) | AppCertificate::Encrypted(secret) => self.one(secret.expose()),
            other => panic!("{other:?}"),
        }
    }

    fn request(&mut self, request: &Request<'_>) {
        self.app(&request.app);
        match &request.operation {
            Operation::Login(login) => {
                self.all([login.device_name, login.user_id]);
                self.all(login.device_profile);
                self.all(login.remote_ip_addr.into_iter().chain(login.is_via_header_set));
            }
            Operation::Logout(logout) => {
                self.one(logout.device_name);
                self.all(logout.remote_ip_addr.into_iter().chain(logout.is_via_header_set));
            }
            Operation::LogoutAll(all) => {
                self.all(all.remote_ip_addr.into_iter().chain(all.is_via_header_set));
            }
            other => panic!("{other:?}"),
        }
    }

    fn query(&mut self, query: &Query<'_>) {
        self.app(&query.app);
        let (names, remote_ip_addr, is_via_header_set) = match &query.operation {
            QueryOperation::DeviceUserQuery(q) => (q.devices, q.remote_ip_addr, q.is_via_header_set),
            QueryOperation::UserDevicesQuery(q) => (q.users, q.remote_ip_addr, q.is_via_header_set),
            QueryOperation::CheckUser(q) => (q.users, q.remote_ip_addr, q.is_via_header_set),
            QueryOperation::DeviceProfileQuery(q) => (q.users, q.remote_ip_addr, q.is_via_header_set),
            other => panic!("{other:?}"),
        };
        self.all(names.iter());
        self.all(remote_ip_addr.into_iter().chain(is_via_header_set));
    }

    fn response(&mut self, response: &Response<'_>) {
        match response {
            Response::Success => {}
            Response::Failure(failure) => self.one(failure.text),
            Response::DeviceUserResults(results) => self.devices(results),
            Response::UserDevicesResults(results) => self.user_devices(results),
            Response::DeviceProfileResults(results) => self.profiles(results),
            Response::CheckUserResults(results) => self.all(results.users.iter().map(|user| user.id)),
            other => panic!("{other:?}"),
        }
    }

    fn devices(&mut self, results: &DeviceUserResults<'_>) {
        for device in results.devices.iter() {
            self.one(device.name);
            self.all(device.user().into_iter().chain(device.last_login()));
        }
    }

    fn user_devices(&mut self, results: &UserDevicesResults<'_>) {
        for user in results.users.iter() {
            self.one(user.id);
            if let UserDevicesStatus::LoggedIn(devices) = user.status {
                self.all(devices.iter());
            }
        }
    }

    fn profiles(&mut self, results: &DeviceProfileResults<'_>) {
        for user in results.users.iter() {
            self.one(user.id);
            match user.status {
                UserProfilesStatus::Found(profiles) => {
                    self.all(profiles.iter().map(|profile| profile.name));
                }
                UserProfilesStatus::Failure(failure) => self.one(failure.text),
                UserProfilesStatus::None | UserProfilesStatus::DoesNotExist => {}
                other => panic!("{other:?}"),
            }
        }
    }
}
