//! What the app asks, as an HTTP request, and who signs it. It must never put the PIN anywhere but into the request.

use heapless::String;
use hotdesk_core::http::{SERVICE_PATH, write_post};
use hotdesk_core::{
    AppInfo, DeviceProfileQuery, DeviceUserQuery, Error, ExclusiveDuration, Login, Logout, Query, Request,
    Text, UserDevicesQuery,
};

use super::{App, Ask, Signer, Trouble};
use crate::config::{HOST_CHARACTERS, LoginTime, Service};
use crate::part::Part;

/// Bytes of a host, a colon and a port.
const HOST_AND_PORT: usize = HOST_CHARACTERS + 6;

impl App<'_> {
    /// Writes the HTTP request for `ask` to `service` into `out` and returns its length. The caller wipes `out` once it is
    /// sent. The PIN stays until the answer: a service that turns the request away is followed by the next one.
    ///
    /// # Errors
    ///
    /// [`Trouble::RequestTooLong`] with the size that `out` must have, [`Trouble::NoApplicationUser`] where nobody
    /// could sign.
    pub fn write_request(&self, ask: Ask, service: &Service, out: &mut [u8]) -> Result<usize, Trouble> {
        #[cfg(feature = "browser")]
        if ask == Ask::Page {
            return self.write_page_request(out);
        }
        let device = Text::from(&self.device);
        let devices = [device];
        let app = match (self.signer(ask), ask) {
            // In the middle of a login its person can ask, if the service allows it. Else nobody can.
            (Signer::Person, Ask::Who | Ask::Where) if self.form.pin().len() == 0 => {
                return Err(Trouble::NoApplicationUser);
            }
            (Signer::Person, _) => AppInfo::new(self.form.user(), self.form.pin().expose()),
            (Signer::AppUser, _) => {
                let user =
                    self.config().and_then(|config| config.app_user()).ok_or(Trouble::NoApplicationUser)?;
                AppInfo::new(user.id(), user.certificate())
            }
        };
        let mut host = String::<HOST_AND_PORT>::new();
        // It is as long as the longest service, so there is always room.
        let _ = Part::Service(service).write(&mut host);
        let written = match ask {
            Ask::Who => {
                write_post(out, &host, SERVICE_PATH, &Query::new(app, DeviceUserQuery::new(&devices)))
            }
            Ask::Login => {
                let mut login = Login::new(device, self.form.user());
                login.device_profile = self.wish.profile.as_ref().map(Text::from);
                login.exclusive_duration = match self.wish.time {
                    LoginTime::SystemDefault => None,
                    LoginTime::Indefinite => Some(ExclusiveDuration::Indefinite),
                    LoginTime::Minutes(minutes) => Some(ExclusiveDuration::Minutes(minutes.into())),
                };
                write_post(out, &host, SERVICE_PATH, &Request::new(app, login))
            }
            Ask::Profiles => {
                let users = [Text::from(self.form.user())];
                write_post(out, &host, SERVICE_PATH, &Query::new(app, DeviceProfileQuery::new(&users)))
            }
            Ask::Where => {
                let users = [Text::from(self.form.user())];
                write_post(out, &host, SERVICE_PATH, &Query::new(app, UserDevicesQuery::new(&users)))
            }
            Ask::LogoutThere => {
                let elsewhere = self.elsewhere().ok_or(Trouble::Unexpected)?;
                let logout = Logout::new(Text::from(&elsewhere.device));
                write_post(out, &host, SERVICE_PATH, &Request::new(app, logout))
            }
            #[cfg(feature = "browser")]
            Ask::Page => return Err(Trouble::Unexpected),
            Ask::Logout => write_post(out, &host, SERVICE_PATH, &Request::new(app, Logout::new(device))),
        };
        written.map_err(|error| match error {
            Error::BufferTooSmall { needed } => Trouble::RequestTooLong { needed },
            _ => Trouble::Unsendable,
        })
    }
}
