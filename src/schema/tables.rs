//! Every table, in the order of its migration; the columns in the order of the database.

diesel::table! {
    use diesel::sql_types::*;

    academies (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        locale -> Text,
        time_zone -> Text,
        policy_profile -> Text,
        hosts -> Array<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    policy_documents (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        version -> Text,
        locale -> Text,
        body -> Text,
        required -> Bool,
        effective_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    jobs (id) {
        id -> Uuid,
        academy_id -> Nullable<Uuid>,
        kind -> Text,
        payload -> Jsonb,
        run_at -> Timestamptz,
        attempts -> Int4,
        locked_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        failed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    mails (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Nullable<Uuid>,
        message_id -> Text,
        sealed -> Sealed<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    users (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        roles -> Sealed<Array<Text>>,
        created_at -> Sealed<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    logins (academy_id, user_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        email -> Nullable<Sealed<Text>>,
        email_key -> Nullable<Sealed<Text>>,
        email_verified_at -> Nullable<Timestamptz>,
        username -> Nullable<Sealed<Text>>,
        username_key -> Nullable<Sealed<Text>>,
        password_hash -> Nullable<Sealed<Text>>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    profiles (academy_id, user_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        full_name -> Sealed<Text>,
        biography -> Nullable<Sealed<Text>>,
        organization -> Nullable<Sealed<Text>>,
        job_title -> Nullable<Sealed<Text>>,
        social_links -> Sealed<Jsonb>,
        locale -> Nullable<Sealed<Text>>,
        visibility -> Jsonb,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    contacts (academy_id, user_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        phone -> Nullable<Sealed<Text>>,
        billing_address -> Nullable<Sealed<Jsonb>>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    sessions (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        token_hash -> Sealed<Bytea>,
        device -> Sealed<Text>,
        ip_address -> Sealed<Text>,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    account_tokens (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        purpose -> Text,
        token_hash -> Sealed<Bytea>,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    consents (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        purpose -> Text,
        document_id -> Nullable<Uuid>,
        given -> Sealed<Bool>,
        text_hash -> Nullable<Bytea>,
        channel -> Text,
        at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(users, logins, profiles, contacts);
diesel::allow_tables_to_appear_in_same_query!(sessions, users);
