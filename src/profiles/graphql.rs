//! `User`: every field of a person, each behind its own declaration.

use std::{hint::black_box, sync::Arc};

use async_graphql::{Context, Error, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    AccessTo, AvatarId, Seen, avatar_file,
    model::{PostalAddress as Address, SocialLink as Link},
    privacy::{
        Avatar, BillingAddress, Biography, BirthDate, FullName, JobTitle, Organization, Phone, PreferredLocale,
        SocialLinks,
    },
    set_avatar, set_visibility, store,
    update_profile::{self, ProfileInput},
};
use crate::{
    accounts::{
        model::SuspensionRow,
        policy,
        privacy::{CreatedAt, Email, GrantedRoles, SuspensionReason, Username},
        store::SuspensionOf,
    },
    certificates::{graphql::Certificate, privacy::HeldCertificate},
    enrolment::{graphql::Enrolment, privacy::Learning},
    gamification::{
        graphql::{BadgeAward, badges_of, longest_streak_of, points_of},
        privacy::{HeldBadges, LongestStreak, Points},
    },
    instructors::graphql::InstructorProfile,
    platform::{
        fault::Fault,
        graphql::{
            Call, CallExt, List, PageArgs, Shown, UserError, UserErrorCode,
            page::list,
            scalars::{Date, Locale, Url},
            shown,
            shown::{hidden, whole},
            user_error::{self, Objection},
        },
        id::GlobalId,
        link,
        privacy::{
            Access, Datum, Decision, Duty, Entry, FieldAudience, Personal, ProfileField, Role, Roles, UserId,
            directive::{class, personalData, to, visibility},
        },
    },
    reviews::{graphql::Review, privacy::Reviewed},
    uploads::UploadId,
};

/// A person of the academy. Whoever asks gets the fields that they may read, and null for the others.
#[derive(Clone, Copy)]
pub struct User(pub UserId);

impl User {
    async fn seen(self, call: &Call) -> Result<Option<Seen>, Fault> {
        call.load(AccessTo(self.0)).await
    }

    /// The field of a personal value of this person.
    async fn field<T, D: Datum, R>(
        self,
        ctx: &Context<'_>,
        value: impl for<'a> FnOnce(&'a store::Person) -> Option<&'a Personal<T, D>>,
        read: impl FnOnce(&T) -> Option<R>,
    ) -> Shown<R> {
        match self.seen(ctx.call()).await {
            Ok(Some(seen)) => match value(&seen.person) {
                Some(value) => shown(value, &seen.access, read),
                // A row that is not there is an empty field, for whoever may read the field.
                None => hidden(seen.access.open(&D::ENTRY)),
            },
            Ok(None) => None,
            Err(fault) => Some(Err(Error::from(fault))),
        }
    }

    /// What is read elsewhere of this person, where the viewer may read it and the academy holds it at all.
    async fn guarded<T>(self, call: &Call, datum: &Entry, rows: impl Future<Output = Result<T, Fault>>) -> Shown<T> {
        match self.seen(call).await {
            Ok(Some(seen)) => match seen.access.open(datum) {
                Decision::Shown if call.sharing().holds(datum) => Some(rows.await.map_err(Error::from)),
                decision => hidden(decision),
            },
            Ok(None) => None,
            Err(fault) => Some(Err(Error::from(fault))),
        }
    }

    /// The viewer's own address.
    pub(crate) async fn own_email(self, call: &Call) -> Result<Option<String>, Fault> {
        let seen = self.seen(call).await?;
        Ok(seen.and_then(|seen| seen.person.login.as_ref()?.email.shown_to(&seen.access).ok().cloned().flatten()))
    }

    /// The name of who acted for the academy, for whom they acted on.
    pub(crate) async fn name_in_office(self, call: &Call) -> Result<Option<String>, Fault> {
        let person = call.load(store::PersonById(self.0)).await?;
        Ok(person.map(|person| person.profile.full_name.for_duty(Duty::Audit).clone()))
    }

    /// The name of a person whose account is changed: no password holds it.
    pub(crate) async fn name_for_rules(self, call: &Call) -> Result<Option<String>, Fault> {
        let person = call.load(store::PersonById(self.0)).await?;
        Ok(person.map(|person| person.profile.full_name.for_duty(Duty::Update).clone()))
    }

    /// Whether the viewer's own address was proved.
    pub(crate) async fn own_email_verified(self, call: &Call) -> Result<bool, Fault> {
        let seen = self.seen(call).await?;
        Ok(seen.and_then(|seen| seen.person.login.as_ref()?.email_verified_at).is_some())
    }

    /// The person, if anything of them is to be seen.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn visible(call: &Call, id: UserId) -> Result<Option<Self>, Fault> {
        let seen = Self(id).seen(call).await?;
        if seen.as_ref().is_some_and(|seen| anything_shown(&seen.access)) {
            return Ok(Some(Self(id)));
        }
        if let Some(other) = call.in_place_of(AccessTo(id), seen.is_some()).await? {
            black_box(anything_shown(&other.access));
        }
        Ok(None)
    }

    /// The person with this user name, if anything of them is to be seen.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_username(call: &Call, username: &str) -> Result<Option<Self>, Fault> {
        // Longer than any name is nobody's: what is beyond is not worth normalising.
        let username: String = username.chars().take(100).collect();
        let found = store::by_username(&*call.reader().await?, &policy::key(&username)).await?;
        let id = found.unwrap_or_else(|| call.services.random.id());
        let seen = Self(id).seen(call).await?;
        // Who keeps the name private can't be found by it; who finds somebody by a name that is private to them has read it.
        if let Some(seen) = &seen
            && whole(seen.access.open(&Username::ENTRY))?
        {
            return Ok(Some(Self(id)));
        }
        if let Some(other) = call.in_place_of(AccessTo(id), seen.is_some()).await? {
            black_box(other.access.decide(&Username::ENTRY));
        }
        Ok(None)
    }
}

impl User {
    /// Everybody in the academy, newest first, for those who help or answer for them.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, and those of the database.
    pub async fn all(call: &Call, page: &PageArgs) -> Result<List<Self>, Fault> {
        call.viewer().with_role(&[Role::Support, Role::PrivacyOfficer, Role::Admin])?;
        let page = page.page(call, "users")?;
        let rows = page.cut(store::newest(&*call.reader().await?, &page).await?);
        list(
            call,
            "users",
            rows,
            Clone::clone,
            |(_, id)| Self(id),
            |call| Box::pin(async move { store::count(&*call.reader().await?).await }),
        )
    }
}

/// A person of whom nothing is shown is not there.
fn anything_shown(access: &Access) -> bool {
    [
        &Username::ENTRY,
        &FullName::ENTRY,
        &Avatar::ENTRY,
        &Learning::ENTRY,
        &HeldCertificate::ENTRY,
        &Reviewed::ENTRY,
        &Points::ENTRY,
        &LongestStreak::ENTRY,
        &HeldBadges::ENTRY,
        &Biography::ENTRY,
        &SocialLinks::ENTRY,
        &Organization::ENTRY,
        &JobTitle::ENTRY,
        &Email::ENTRY,
    ]
    .into_iter()
    .any(|datum| access.decide(datum).is_open())
}

/// A person of the academy. Whoever asks gets the fields that they may read, and null for the others: kept private by its
/// owner without an error, denied by its class with one FORBIDDEN.
#[Object]
impl User {
    /// The global id.
    pub async fn id(&self) -> GlobalId {
        self.0.global()
    }

    /// The name that they are found by.
    #[graphql(directive = visibility::apply(to::<Username>()), directive = personalData::apply(class::<Username>()))]
    async fn username(&self, ctx: &Context<'_>) -> Shown<String> {
        self.field(ctx, |person| Some(&person.login.as_ref()?.username), Clone::clone).await
    }

    /// Their name.
    #[graphql(directive = visibility::apply(to::<FullName>()), directive = personalData::apply(class::<FullName>()))]
    async fn full_name(&self, ctx: &Context<'_>) -> Shown<String> {
        self.field(ctx, |person| Some(&person.profile.full_name), |name| Some(name.clone())).await
    }

    /// The address of their picture: JPEG, square. It works for an hour at least; ask again for another.
    #[graphql(directive = visibility::apply(to::<Avatar>()), directive = personalData::apply(class::<Avatar>()))]
    async fn avatar_url(&self, ctx: &Context<'_>) -> Shown<Url> {
        let seen = match self.seen(ctx.call()).await {
            Ok(seen) => seen?,
            Err(fault) => return Some(Err(Error::from(fault))),
        };
        let Some(avatar) = &seen.person.avatar else { return hidden(seen.access.open(&Avatar::ENTRY)) };
        match avatar.set_at.shown_to(&seen.access) {
            Ok(_) => Some(picture_url(ctx.call(), avatar.id).map_err(Error::from)),
            Err(decision) => hidden(decision),
        }
    }

    /// What they write about themselves.
    #[graphql(directive = visibility::apply(to::<Biography>()), directive = personalData::apply(class::<Biography>()))]
    async fn biography(&self, ctx: &Context<'_>) -> Shown<String> {
        self.field(ctx, |person| Some(&person.profile.biography), Clone::clone).await
    }

    /// Where else they are on the web.
    #[graphql(directive = visibility::apply(to::<SocialLinks>()), directive = personalData::apply(class::<SocialLinks>()))]
    async fn social_links(&self, ctx: &Context<'_>) -> Shown<Vec<SocialLink>> {
        let read = |links: &serde_json::Value| {
            let links: Vec<Link> = serde_json::from_value(links.clone()).unwrap_or_default();
            let shown = links.into_iter().filter_map(|link| {
                Some(SocialLink { platform: link.platform, url: Url(url::Url::parse(&link.url).ok()?) })
            });
            Some(shown.collect())
        };
        self.field(ctx, |person| Some(&person.profile.social_links), read).await
    }

    /// Where they work or study.
    #[graphql(directive = visibility::apply(to::<Organization>()), directive = personalData::apply(class::<Organization>()))]
    async fn organization(&self, ctx: &Context<'_>) -> Shown<String> {
        self.field(ctx, |person| Some(&person.profile.organization), Clone::clone).await
    }

    /// What they do there.
    #[graphql(directive = visibility::apply(to::<JobTitle>()), directive = personalData::apply(class::<JobTitle>()))]
    async fn job_title(&self, ctx: &Context<'_>) -> Shown<String> {
        self.field(ctx, |person| Some(&person.profile.job_title), Clone::clone).await
    }

    /// Their mail address.
    #[graphql(directive = visibility::apply(to::<Email>()), directive = personalData::apply(class::<Email>()))]
    async fn email(&self, ctx: &Context<'_>) -> Shown<String> {
        self.field(ctx, |person| Some(&person.login.as_ref()?.email), Clone::clone).await
    }

    /// Their telephone number, E.164.
    #[graphql(directive = visibility::apply(to::<Phone>()), directive = personalData::apply(class::<Phone>()))]
    async fn phone(&self, ctx: &Context<'_>) -> Shown<String> {
        self.field(ctx, |person| Some(&person.contact.as_ref()?.phone), Clone::clone).await
    }

    /// When they were born, where the academy's policy collects it.
    #[graphql(directive = visibility::apply(to::<BirthDate>()), directive = personalData::apply(class::<BirthDate>()))]
    async fn birth_date(&self, ctx: &Context<'_>) -> Shown<Date> {
        self.field(ctx, |person| Some(&person.identity.as_ref()?.birth_date), |day| day.map(Date)).await
    }

    /// Where their invoices go.
    #[graphql(
        directive = visibility::apply(to::<BillingAddress>()),
        directive = personalData::apply(class::<BillingAddress>())
    )]
    async fn billing_address(&self, ctx: &Context<'_>) -> Shown<PostalAddress> {
        let read = |address: &Option<serde_json::Value>| {
            let address: Address = serde_json::from_value(address.clone()?).ok()?;
            Some(PostalAddress::from(address))
        };
        self.field(ctx, |person| Some(&person.contact.as_ref()?.billing_address), read).await
    }

    /// The language that they want to be spoken to in.
    #[graphql(
        directive = visibility::apply(to::<PreferredLocale>()),
        directive = personalData::apply(class::<PreferredLocale>())
    )]
    async fn locale(&self, ctx: &Context<'_>) -> Shown<Locale> {
        self.field(ctx, |person| Some(&person.profile.locale), |locale| locale.clone().map(Locale)).await
    }

    /// That they are suspended, and why; null where they are not.
    #[graphql(directive = visibility::apply(to::<SuspensionReason>()), directive = personalData::apply(class::<SuspensionReason>()))]
    async fn suspension(&self, ctx: &Context<'_>) -> Shown<Suspension> {
        let call = ctx.call();
        let found = async {
            let row = call.load(SuspensionOf(self.0)).await?;
            let seen = self.seen(call).await?;
            Ok(row.zip(seen).map(|(row, seen)| Suspension { row, access: seen.access }))
        };
        self.guarded(call, &SuspensionReason::ENTRY, found).await?.transpose()
    }

    /// Their public face, where they teach: what they agreed to have shown.
    async fn instructor(&self, ctx: &Context<'_>) -> Result<Option<InstructorProfile>> {
        Ok(InstructorProfile::of(ctx.call(), self.0).await?)
    }

    /// What they learn, newest first: all of it, or to who teaches them what they teach them.
    #[graphql(directive = visibility::apply(to::<Learning>()), directive = personalData::apply(class::<Learning>()))]
    async fn enrolments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Shown<List<Enrolment>> {
        let page = PageArgs { first, after, last, before };
        let call = ctx.call();
        self.guarded(call, &Learning::ENTRY, Enrolment::of_person(call, self.0, &page)).await
    }

    /// What they hold, newest first.
    #[graphql(
        directive = visibility::apply(to::<HeldCertificate>()),
        directive = personalData::apply(class::<HeldCertificate>())
    )]
    async fn certificates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Shown<List<Certificate>> {
        let page = PageArgs { first, after, last, before };
        let call = ctx.call();
        self.guarded(call, &HeldCertificate::ENTRY, Certificate::of_person(call, self.0, &page)).await
    }

    /// What their learning was worth: the sum of their points.
    #[graphql(directive = visibility::apply(to::<Points>()), directive = personalData::apply(class::<Points>()))]
    async fn points(&self, ctx: &Context<'_>) -> Shown<i32> {
        let call = ctx.call();
        self.guarded(call, &Points::ENTRY, points_of(call, self.0)).await
    }

    /// The badges that they hold, first to last.
    #[graphql(
        directive = visibility::apply(to::<HeldBadges>()),
        directive = personalData::apply(class::<HeldBadges>())
    )]
    async fn badges(&self, ctx: &Context<'_>) -> Shown<Vec<BadgeAward>> {
        let call = ctx.call();
        self.guarded(call, &HeldBadges::ENTRY, badges_of(call, self.0)).await
    }

    /// The most days in a row on which they learnt: days of the academy's calendar.
    #[graphql(
        directive = visibility::apply(to::<LongestStreak>()),
        directive = personalData::apply(class::<LongestStreak>())
    )]
    async fn longest_streak(&self, ctx: &Context<'_>) -> Shown<i32> {
        let call = ctx.call();
        self.guarded(call, &LongestStreak::ENTRY, longest_streak_of(call, self.0)).await
    }

    /// What they say of courses, newest first.
    #[graphql(directive = visibility::apply(to::<Reviewed>()), directive = personalData::apply(class::<Reviewed>()))]
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the start; 20 where none is asked for, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end; 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Shown<List<Review>> {
        let page = PageArgs { first, after, last, before };
        let call = ctx.call();
        self.guarded(call, &Reviewed::ENTRY, Review::by_person(call, self.0, &page)).await
    }

    /// What they may do here.
    #[graphql(
        directive = visibility::apply(to::<GrantedRoles>()),
        directive = personalData::apply(class::<GrantedRoles>())
    )]
    async fn roles(&self, ctx: &Context<'_>) -> Shown<Vec<Role>> {
        let read = |names: &Vec<String>| Some(Roles::from_names(names.iter().map(String::as_str)).iter().collect());
        self.field(ctx, |person| Some(&person.user.roles), read).await
    }

    /// When the account was made.
    #[graphql(directive = visibility::apply(to::<CreatedAt>()), directive = personalData::apply(class::<CreatedAt>()))]
    async fn created_at(&self, ctx: &Context<'_>) -> Shown<DateTime<Utc>> {
        self.field(ctx, |person| Some(&person.user.created_at), |at| Some(*at)).await
    }
}

fn picture_url(call: &Call, id: AvatarId) -> Result<Url, Fault> {
    let token = avatar_file::token(&call.services, call.academy, id)?;
    link::url(&call.services.settings, &token)
}

/// A place on the web where a person is.
#[derive(SimpleObject)]
pub struct SocialLink {
    /// The platform's name.
    platform: String,
    /// The address there; https.
    url: Url,
}

/// Where invoices go.
#[derive(SimpleObject)]
pub struct PostalAddress {
    /// Street and number.
    line1: String,
    /// What the first line has no room for.
    line2: Option<String>,
    /// City.
    city: String,
    /// Province, state or region.
    region: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// Country, by its two letters (ISO 3166-1).
    country: String,
}

impl From<Address> for PostalAddress {
    fn from(address: Address) -> Self {
        let Address { line1, line2, city, region, postal_code, country } = address;
        Self { line1, line2, city, region, postal_code, country }
    }
}

/// To whom a person shows a field.
#[derive(SimpleObject)]
pub struct FieldVisibility {
    /// The field.
    field: ProfileField,
    /// To whom.
    audience: FieldAudience,
}

impl FieldVisibility {
    /// Every field of a person, those that they never chose as PRIVATE.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all_of(call: &Call, user: UserId) -> Result<Vec<Self>, Fault> {
        let seen = User(user).seen(call).await?;
        Ok(Self::all(&seen.map(|seen| seen.person.choices()).unwrap_or_default()))
    }

    fn all(choices: &[(ProfileField, FieldAudience)]) -> Vec<Self> {
        let chosen = |field| choices.iter().find(|(chosen, _)| *chosen == field).map(|(_, audience)| *audience);
        ProfileField::ALL.into_iter().map(|field| Self { field, audience: chosen(field).unwrap_or_default() }).collect()
    }
}

/// What a person changes about themselves. Absent: unchanged; null: cleared.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// 3 to 30 small letters, digits, dots and underscores.
    username: MaybeUndefined<String>,
    /// The name; it can't be cleared.
    full_name: MaybeUndefined<String>,
    /// No more than 2,000 characters.
    biography: MaybeUndefined<String>,
    /// No more than ten.
    social_links: MaybeUndefined<Vec<SocialLinkInput>>,
    /// Where they work or study.
    organization: MaybeUndefined<String>,
    /// What they do there.
    job_title: MaybeUndefined<String>,
    /// With its country code: +62 …
    phone: MaybeUndefined<String>,
    /// Where invoices go.
    billing_address: MaybeUndefined<PostalAddressInput>,
    /// The language to be spoken to in.
    locale: MaybeUndefined<Locale>,
}

/// A place on the web where a person is.
#[derive(InputObject)]
pub struct SocialLinkInput {
    /// The platform's name.
    platform: String,
    /// The address there; https.
    url: Url,
}

/// Where invoices go.
#[derive(InputObject)]
pub struct PostalAddressInput {
    /// Street and number.
    line1: String,
    /// What the first line has no room for.
    line2: Option<String>,
    /// City.
    city: String,
    /// Province, state or region.
    region: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// Country, by its two letters (ISO 3166-1).
    country: String,
}

/// To whom a person shows which fields.
#[derive(InputObject)]
pub struct SetVisibilityInput {
    /// The fields that change.
    fields: Vec<FieldVisibilityInput>,
}

/// To whom a person shows a field.
#[derive(InputObject)]
pub struct FieldVisibilityInput {
    /// The field.
    field: ProfileField,
    /// To whom.
    audience: FieldAudience,
}

/// A person's picture.
#[derive(InputObject)]
pub struct SetAvatarInput {
    /// An upload for AVATAR whose bytes were sent: PNG or JPEG. Null removes the picture.
    upload: MaybeUndefined<UploadId>,
}

/// Why somebody takes no part for a while.
pub struct Suspension {
    row: SuspensionRow,
    access: Arc<Access>,
}

/// Why somebody takes no part for a while.
#[Object]
impl Suspension {
    /// Why, in the words of who decided it.
    async fn reason(&self) -> Shown<String> {
        shown(&self.row.reason, &self.access, |reason| Some(reason.clone()))
    }

    /// Since when.
    async fn suspended_at(&self) -> DateTime<Utc> {
        self.row.suspended_at
    }

    /// What the person says to it (`contestSuspension`).
    async fn contest(&self) -> Shown<String> {
        shown(&self.row.contest, &self.access, Clone::clone)
    }

    /// When they said it.
    async fn contested_at(&self) -> Option<DateTime<Utc>> {
        self.row.contested_at
    }
}

/// A person after a change.
#[derive(SimpleObject)]
pub struct UserPayload {
    /// The person.
    user: Option<User>,
    /// What they can mend.
    user_errors: Vec<UserError>,
}

impl UserPayload {
    /// What a verb came to.
    #[must_use]
    pub fn of(call: &Call, outcome: Result<UserId, Objection>) -> Self {
        match outcome {
            Ok(user) => Self { user: Some(User(user)), user_errors: Vec::new() },
            Err(objection) => Self { user: None, user_errors: user_error::told(vec![objection], call.language) },
        }
    }
}

/// What is shown to whom after a change.
#[derive(SimpleObject)]
pub struct VisibilityPayload {
    /// Every field.
    visibility: Option<Vec<FieldVisibility>>,
    /// What the person can mend.
    user_errors: Vec<UserError>,
}

/// Mutations of profiles.
#[derive(Default)]
pub struct ProfileMutations;

/// Mutations of profiles.
#[Object]
impl ProfileMutations {
    /// Changes the viewer's own profile.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateProfileInput,
    ) -> Result<UserPayload> {
        let call = ctx.call();
        let input = ProfileInput {
            username: input.username.into(),
            full_name: input.full_name.into(),
            biography: input.biography.into(),
            social_links: input
                .social_links
                .map_value(|links| {
                    links
                        .into_iter()
                        .map(|link| Link { platform: link.platform, url: link.url.0.to_string() })
                        .collect()
                })
                .into(),
            organization: input.organization.into(),
            job_title: input.job_title.into(),
            phone: input.phone.into(),
            billing_address: input
                .billing_address
                .map_value(|address| {
                    let PostalAddressInput { line1, line2, city, region, postal_code, country } = address;
                    Address { line1, line2, city, region, postal_code, country }
                })
                .into(),
            locale: input.locale.map_value(|locale| locale.0).into(),
        };
        Ok(match update_profile::update_profile(call, input).await? {
            Ok(user) => UserPayload { user: Some(User(user)), user_errors: Vec::new() },
            Err(objections) => UserPayload { user: None, user_errors: user_error::told(objections, call.language) },
        })
    }

    /// Sets the viewer's picture from an upload: it is made anew, upright, square and small, without what cameras write beside it.
    async fn set_avatar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The picture.")] input: SetAvatarInput,
    ) -> Result<UserPayload> {
        let call = ctx.call();
        let outcome = match input.upload {
            MaybeUndefined::Undefined => Err(Objection::new(
                UserErrorCode::Required,
                "upload",
                words!(
                    "Sebutkan unggahannya, atau null untuk menghapus.",
                    "Name the upload, or null to remove the picture."
                ),
            )),
            MaybeUndefined::Null => set_avatar::set_avatar(call, None).await?,
            MaybeUndefined::Value(upload) => set_avatar::set_avatar(call, Some(upload)).await?,
        };
        Ok(UserPayload::of(call, outcome))
    }

    /// Chooses to whom the viewer shows which fields. What is not named stays as it was.
    async fn set_visibility(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The fields that change.")] input: SetVisibilityInput,
    ) -> Result<VisibilityPayload> {
        let chosen: Vec<_> = input.fields.iter().map(|field| (field.field, field.audience)).collect();
        let call = ctx.call();
        Ok(match set_visibility::set_visibility(call, &chosen).await? {
            Ok(all) => VisibilityPayload { visibility: Some(FieldVisibility::all(&all)), user_errors: Vec::new() },
            Err(objections) => {
                VisibilityPayload { visibility: None, user_errors: user_error::told(objections, call.language) }
            }
        })
    }
}
