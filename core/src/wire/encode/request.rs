//! Writes requests and queries. It must use nothing of responses or of reading: a phone that only logs in links this alone.

use super::{Encode, Encoded, Encoder};
use crate::error::{Error, Field, Limit};
use crate::message::{
    AppCertificate, AppInfo, ExclusiveDuration, Login, LoginType, Operation, Query, QueryOperation, Request,
};
use crate::text::Text;

impl Encode for Request<'_> {
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.request(self)
    }
}

impl Encode for Query<'_> {
    fn write(&self, encoder: &mut Encoder<'_>) -> Result<(), Error> {
        encoder.query(self)
    }
}

impl Encoder<'_> {
    fn request(&mut self, request: &Request<'_>) -> Encoded {
        // Tags that always stand together are put together: small processors write many requests.
        self.sink.put("<request><appInfo><appID>");
        self.app_info(&request.app)?;
        match &request.operation {
            Operation::Login(login) => {
                self.login(login)?;
                self.sink.put("</login></request>");
            }
            Operation::Logout(logout) => {
                self.sink.put("<logout><deviceName>");
                self.bounded_text(Field::DeviceName, &logout.device_name, Limit::Name)?;
                self.sink.put("</deviceName>");
                self.extras(None, &logout.remote_ip_addr, &logout.is_via_header_set)?;
                self.sink.put("</logout></request>");
            }
            // Open and close tag also when it is empty: servers were only ever shown this form.
            Operation::LogoutAll(all) => {
                self.sink.put("<logoutAll>");
                self.extras(None, &all.remote_ip_addr, &all.is_via_header_set)?;
                self.sink.put("</logoutAll></request>");
            }
        }
        Ok(())
    }

    /// Writes what is behind the open tags of appInfo and appID.
    fn app_info(&mut self, app: &AppInfo<'_>) -> Encoded {
        self.bounded_text(Field::AppId, &app.id, Limit::Name)?;
        match &app.certificate {
            AppCertificate::Plain(secret) => {
                self.sink.put("</appID><appCertificate>");
                self.bounded_text(Field::AppCertificate, &secret.expose(), Limit::Certificate)?;
                self.sink.put("</appCertificate></appInfo>");
            }
            AppCertificate::Encrypted(secret) => {
                self.sink.put("</appID><appEncryptedCertificate>");
                self.bounded_text(Field::AppEncryptedCertificate, &secret.expose(), Limit::Certificate)?;
                self.sink.put("</appEncryptedCertificate></appInfo>");
            }
        }
        Ok(())
    }

    fn login(&mut self, login: &Login<'_>) -> Encoded {
        self.sink.put("<login><deviceName>");
        self.bounded_text(Field::DeviceName, &login.device_name, Limit::Name)?;
        self.sink.put("</deviceName><userID>");
        self.bounded_text(Field::UserId, &login.user_id, Limit::Name)?;
        match &login.device_profile {
            Some(profile) => {
                self.sink.put("</userID><deviceProfile>");
                self.bounded_text(Field::DeviceProfile, profile, Limit::Name)?;
                self.sink.put("</deviceProfile>");
            }
            None => self.sink.put("</userID>"),
        }
        match login.exclusive_duration {
            Some(ExclusiveDuration::Minutes(minutes)) => {
                self.sink.put("<exclusiveDuration><time>");
                self.sink.number(minutes as usize);
                self.sink.put("</time></exclusiveDuration>");
            }
            Some(ExclusiveDuration::Indefinite) => {
                self.sink.put("<exclusiveDuration><indefinite/></exclusiveDuration>");
            }
            None => {}
        }
        self.extras(login.login_type, &login.remote_ip_addr, &login.is_via_header_set)
    }

    fn extras(
        &mut self,
        login_type: Option<LoginType>,
        remote_ip_addr: &Option<Text<'_>>,
        is_via_header_set: &Option<Text<'_>>,
    ) -> Encoded {
        if let Some(login_type) = login_type {
            self.name(Field::LoginType, &Text::from(login_type.as_str()))?;
        }
        if let Some(address) = remote_ip_addr {
            self.name(Field::RemoteIpAddr, address)?;
        }
        if let Some(is_set) = is_via_header_set {
            self.name(Field::IsViaHeaderSet, is_set)?;
        }
        Ok(())
    }

    fn query(&mut self, query: &Query<'_>) -> Encoded {
        let (name, field, list, login_type, remote_ip_addr, is_via_header_set) = match &query.operation {
            QueryOperation::DeviceUserQuery(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("deviceUserQuery", Field::DeviceName, q.devices, q.login_type, extras.0, extras.1)
            }
            QueryOperation::UserDevicesQuery(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("userDevicesQuery", Field::UserId, q.users, q.login_type, extras.0, extras.1)
            }
            QueryOperation::CheckUser(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("checkUser", Field::UserId, q.users, q.login_type, extras.0, extras.1)
            }
            QueryOperation::DeviceProfileQuery(q) => {
                let extras = (&q.remote_ip_addr, &q.is_via_header_set);
                ("deviceProfileQuery", Field::UserId, q.users, q.login_type, extras.0, extras.1)
            }
        };
        self.element("query", |e| {
            e.sink.put("<appInfo><appID>");
            e.app_info(&query.app)?;
            e.element(name, |e| {
                e.rows(field, &list, |e, text| e.name(field, text))?;
                e.extras(login_type, remote_ip_addr, is_via_header_set)
            })
        })
    }
}
