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
        policy -> Jsonb,
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
        restricted_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        suspended_at -> Nullable<Timestamptz>,
        incomplete -> Bool,
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
        username_look -> Nullable<Sealed<Text>>,
        password_set_at -> Nullable<Timestamptz>,
        pending_email -> Nullable<Sealed<Text>>,
        pending_email_key -> Nullable<Sealed<Text>>,
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
        authenticated_at -> Nullable<Timestamptz>,
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
        tries -> Int4,
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

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    instructor_applications (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        display_name -> Sealed<Text>,
        experience -> Sealed<Text>,
        expertise -> Sealed<Array<Text>>,
        linkedin_url -> Nullable<Sealed<Text>>,
        proposals -> Sealed<Jsonb>,
        status -> Text,
        reason -> Nullable<Sealed<Text>>,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    instructor_profiles (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        display_name -> Sealed<Text>,
        expertise -> Sealed<Array<Text>>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    courses (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        slug -> Text,
        locale -> Text,
        status -> Text,
        latest_id -> Nullable<Uuid>,
        published_id -> Nullable<Uuid>,
        published_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        source -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_instructors (academy_id, course_id, user_id) {
        academy_id -> Uuid,
        course_id -> Uuid,
        user_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_versions (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        course_id -> Uuid,
        number -> Int4,
        frozen_at -> Nullable<Timestamptz>,
        edits -> Int4,
        title -> Text,
        summary -> Text,
        description -> Text,
        level -> Text,
        tags -> Array<Text>,
        lessons_percent -> Int4,
        quizzes_passed -> Bool,
        lesson_count -> Int4,
        price_amount -> Nullable<Int8>,
        price_currency -> Nullable<Text>,
        minimum_score -> Nullable<Int4>,
        cover_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    catalogue_entries (academy_id, course_id) {
        academy_id -> Uuid,
        course_id -> Uuid,
        since -> Timestamptz,
        title_key -> Text,
        level -> Text,
        locale -> Text,
        tags -> Array<Text>,
        free -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    catalogue_words (academy_id, word, course_id) {
        academy_id -> Uuid,
        word -> Text,
        course_id -> Uuid,
        weight -> Int2,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_figures (academy_id, course_id) {
        academy_id -> Uuid,
        course_id -> Uuid,
        learners -> Int4,
        ratings -> Int4,
        rating_sum -> Int4,
        rating_order -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_prerequisites (academy_id, version_id, course_id) {
        academy_id -> Uuid,
        version_id -> Uuid,
        course_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    invitation_codes (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        run_id -> Uuid,
        code_hash -> Bytea,
        uses -> Nullable<Int4>,
        used -> Int4,
        expires_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    sections (academy_id, version_id, id) {
        academy_id -> Uuid,
        version_id -> Uuid,
        id -> Uuid,
        position -> Int4,
        title -> Text,
        hidden -> Bool,
        source -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    quizzes (academy_id, version_id, id) {
        academy_id -> Uuid,
        version_id -> Uuid,
        id -> Uuid,
        title -> Text,
        titles -> Jsonb,
        pass_percent -> Int4,
        time_limit -> Nullable<Int4>,
        attempts_allowed -> Nullable<Int4>,
        shuffle -> Bool,
        feedback -> Text,
        source -> Nullable<Text>,
        draw_count -> Nullable<Int4>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lessons (academy_id, version_id, id) {
        academy_id -> Uuid,
        version_id -> Uuid,
        id -> Uuid,
        section_id -> Uuid,
        position -> Int4,
        kind -> Text,
        preview -> Bool,
        title -> Text,
        body -> Nullable<Text>,
        media_url -> Nullable<Text>,
        estimated_duration -> Nullable<Int4>,
        quiz_id -> Nullable<Uuid>,
        hidden -> Bool,
        body_format -> Text,
        source -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lesson_translations (academy_id, version_id, lesson_id, locale) {
        academy_id -> Uuid,
        version_id -> Uuid,
        lesson_id -> Uuid,
        locale -> Text,
        title -> Text,
        body -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    questions (academy_id, version_id, id) {
        academy_id -> Uuid,
        version_id -> Uuid,
        id -> Uuid,
        quiz_id -> Uuid,
        position -> Int4,
        multiple -> Bool,
        prompt -> Text,
        prompts -> Jsonb,
        points -> Int8,
        feedback -> Nullable<Text>,
        source -> Nullable<Text>,
        kind -> Text,
        format -> Text,
        key -> Nullable<Jsonb>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    choices (academy_id, version_id, id) {
        academy_id -> Uuid,
        version_id -> Uuid,
        id -> Uuid,
        question_id -> Uuid,
        position -> Int4,
        text -> Text,
        texts -> Jsonb,
        fraction -> Int8,
        feedback -> Nullable<Text>,
        role -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_runs (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        course_id -> Uuid,
        name -> Text,
        opens_at -> Nullable<Timestamptz>,
        closes_at -> Nullable<Timestamptz>,
        seats -> Nullable<Int4>,
        invitation_only -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_submissions (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        course_id -> Uuid,
        version_id -> Uuid,
        status -> Text,
        reason -> Nullable<Text>,
        decided_by -> Nullable<Uuid>,
        submitted_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        base_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    enrolments (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        run_id -> Uuid,
        version_id -> Uuid,
        status -> Text,
        enrolled_at -> Timestamptz,
        completed_at -> Nullable<Timestamptz>,
        last_activity_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    entitlements (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        source -> Text,
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lesson_completions (academy_id, enrolment_id, lesson_id) {
        academy_id -> Uuid,
        enrolment_id -> Uuid,
        lesson_id -> Uuid,
        completed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    attempts (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        enrolment_id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        version_id -> Uuid,
        quiz_id -> Uuid,
        number -> Int4,
        status -> Text,
        locale -> Nullable<Text>,
        question_ids -> Array<Uuid>,
        started_at -> Timestamptz,
        deadline -> Nullable<Timestamptz>,
        submitted_at -> Nullable<Timestamptz>,
        score -> Nullable<Int8>,
        max_score -> Int8,
        passed -> Nullable<Bool>,
        contest -> Nullable<Text>,
        contested_at -> Nullable<Timestamptz>,
        contest_decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    answers (academy_id, attempt_id, question_id) {
        academy_id -> Uuid,
        attempt_id -> Uuid,
        question_id -> Uuid,
        choice_ids -> Array<Uuid>,
        score -> Nullable<Int8>,
        saved_at -> Timestamptz,
        option_ids -> Nullable<Array<Uuid>>,
        text -> Nullable<Text>,
        feedback -> Nullable<Text>,
        graded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    reviews (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        course_id -> Uuid,
        user_id -> Uuid,
        rating -> Int4,
        body -> Nullable<Sealed<Text>>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    signing_keys (academy_id, id) {
        academy_id -> Uuid,
        id -> Text,
        public_key -> Bytea,
        sealed -> Bytea,
        issuer -> Text,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    certificates (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        enrolment_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        course_id -> Uuid,
        code -> Text,
        holder_name -> Nullable<Sealed<Text>>,
        course_title -> Text,
        issuer_name -> Text,
        jwt -> Nullable<Sealed<Text>>,
        status -> Text,
        issued_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    certificate_codes (code) {
        code -> Text,
        academy_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lesson_quizzes (academy_id, version_id, lesson_id, position) {
        academy_id -> Uuid,
        version_id -> Uuid,
        lesson_id -> Uuid,
        position -> Int4,
        quiz_id -> Uuid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    uploads (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        purpose -> Text,
        file_name -> Sealed<Text>,
        content_type -> Text,
        size -> Int4,
        token_hash -> Sealed<Bytea>,
        stored_at -> Nullable<Timestamptz>,
        expires_at -> Timestamptz,
        digest -> Nullable<Bytea>,
        media_type -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    imports (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        upload_id -> Uuid,
        title -> Nullable<Text>,
        status -> Text,
        done -> Int4,
        total -> Nullable<Int4>,
        course_id -> Nullable<Uuid>,
        problems -> Jsonb,
        created_at -> Timestamptz,
        into_id -> Nullable<Uuid>,
        format -> Nullable<Text>,
        quiz_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    idempotency_keys (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        key_hash -> Bytea,
        request_hash -> Bytea,
        outcome -> Nullable<Uuid>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    teaching_assignments (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        course_id -> Uuid,
        run_id -> Nullable<Uuid>,
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        shares -> Nullable<Array<Text>>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    guardianships (academy_id, ward_id, guardian_id) {
        academy_id -> Uuid,
        ward_id -> Uuid,
        guardian_id -> Uuid,
        confirmed_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    avatars (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        set_at -> Sealed<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    held_usernames (academy_id, user_id, look) {
        academy_id -> Uuid,
        user_id -> Uuid,
        look -> Sealed<Text>,
        until -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    identities (academy_id, user_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        birth_date -> Nullable<Sealed<Date>>,
        minor_until -> Nullable<Sealed<Date>>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    audit_entries (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        subject_id -> Nullable<Uuid>,
        reason -> Nullable<Sealed<Text>>,
        detail -> Jsonb,
        hash -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    referral_codes (academy_id, user_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        code -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    referral_wishes (academy_id, user_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        referrer_id -> Uuid,
        wished_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    referrals (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        referrer_id -> Uuid,
        referred_id -> Uuid,
        status -> Text,
        attributed_at -> Timestamptz,
        qualified_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use crate::Sealed;
    use diesel::sql_types::*;

    notifications (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        title -> Sealed<Jsonb>,
        body -> Sealed<Jsonb>,
        created_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    audit_links (academy_id, number) {
        academy_id -> Uuid,
        number -> Int8,
        linked_at -> Timestamptz,
        entry_id -> Uuid,
        hash -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    audit_heads (academy_id, number) {
        academy_id -> Uuid,
        number -> Int8,
        at -> Timestamptz,
        key_id -> Text,
        signature -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    points_entries (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        course_id -> Nullable<Uuid>,
        reason -> Text,
        cause_id -> Uuid,
        points -> Int4,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    learning_days (academy_id, user_id, day) {
        academy_id -> Uuid,
        user_id -> Uuid,
        day -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    badges (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        slug -> Text,
        name -> Text,
        description -> Text,
        measure -> Text,
        at_least -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    badge_awards (academy_id, user_id, badge_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        badge_id -> Uuid,
        awarded_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    throttles (academy_id, key) {
        academy_id -> Uuid,
        key -> Bytea,
        until -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    second_factors (academy_id, user_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        sealed -> Sealed<Bytea>,
        confirmed_at -> Nullable<Timestamptz>,
        last_step -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    recovery_codes (academy_id, user_id, code_hash) {
        academy_id -> Uuid,
        user_id -> Uuid,
        code_hash -> Sealed<Bytea>,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    suspensions (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        reason -> Sealed<Text>,
        suspended_by -> Nullable<Uuid>,
        suspended_at -> Timestamptz,
        contest -> Nullable<Sealed<Text>>,
        contested_at -> Nullable<Timestamptz>,
        lift_reason -> Nullable<Sealed<Text>>,
        lifted_by -> Nullable<Uuid>,
        lifted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    guardian_requests (academy_id, ward_id) {
        academy_id -> Uuid,
        ward_id -> Uuid,
        email -> Sealed<Text>,
        asked_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    linked_identities (academy_id, user_id, provider) {
        academy_id -> Uuid,
        user_id -> Uuid,
        provider -> Text,
        issuer -> Text,
        subject -> Sealed<Text>,
        email -> Nullable<Sealed<Text>>,
        linked_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    provider_log_ins (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        provider -> Text,
        state_hash -> Sealed<Bytea>,
        code_challenge -> Text,
        return_to -> Text,
        sealed -> Sealed<Bytea>,
        user_id -> Nullable<Uuid>,
        code_hash -> Nullable<Sealed<Bytea>>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::Sealed;

    address_requests (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        sealed -> Sealed<Bytea>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    course_files (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        digest -> Bytea,
        media_type -> Text,
        size -> Int4,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lesson_files (academy_id, version_id, lesson_id, position) {
        academy_id -> Uuid,
        version_id -> Uuid,
        lesson_id -> Uuid,
        position -> Int4,
        id -> Uuid,
        file_id -> Uuid,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lesson_bookmarks (academy_id, user_id, lesson_id) {
        academy_id -> Uuid,
        user_id -> Uuid,
        lesson_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    grading_tasks (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        course_id -> Uuid,
        quiz_id -> Uuid,
        attempt_id -> Uuid,
        question_id -> Uuid,
        submitted_at -> Timestamptz,
        graded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    score_changes (academy_id, id) {
        academy_id -> Uuid,
        id -> Uuid,
        attempt_id -> Uuid,
        question_id -> Uuid,
        cause -> Text,
        before -> Nullable<Int8>,
        after -> Int8,
        at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    quiz_extensions (academy_id, quiz_id, user_id) {
        academy_id -> Uuid,
        quiz_id -> Uuid,
        user_id -> Uuid,
        extra_time -> Int4,
        extra_attempts -> Int4,
        granted_at -> Timestamptz,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    question_files (academy_id, version_id, question_id, position) {
        academy_id -> Uuid,
        version_id -> Uuid,
        question_id -> Uuid,
        position -> Int4,
        file_id -> Uuid,
        name -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    users,
    logins,
    guardian_requests,
    profiles,
    contacts,
    identities,
    avatars
);
diesel::allow_tables_to_appear_in_same_query!(sessions, users, second_factors);
diesel::allow_tables_to_appear_in_same_query!(courses, course_versions, course_instructors, course_submissions);
diesel::allow_tables_to_appear_in_same_query!(instructor_profiles, course_instructors);
diesel::allow_tables_to_appear_in_same_query!(users, course_instructors);
diesel::allow_tables_to_appear_in_same_query!(users, instructor_profiles);
diesel::allow_tables_to_appear_in_same_query!(lessons, sections, lesson_quizzes);
diesel::allow_tables_to_appear_in_same_query!(lessons, courses);
diesel::allow_tables_to_appear_in_same_query!(quizzes, courses);
diesel::allow_tables_to_appear_in_same_query!(questions, choices, quizzes);
diesel::allow_tables_to_appear_in_same_query!(questions, course_versions);
diesel::allow_tables_to_appear_in_same_query!(quizzes, course_versions);
diesel::allow_tables_to_appear_in_same_query!(enrolments, lesson_completions, teaching_assignments);
diesel::allow_columns_to_appear_in_same_group_by_clause!(enrolments::course_id, lesson_completions::lesson_id);
diesel::allow_tables_to_appear_in_same_query!(audit_entries, audit_links);
diesel::allow_tables_to_appear_in_same_query!(badges, badge_awards);
diesel::allow_tables_to_appear_in_same_query!(referral_codes, users);
diesel::allow_tables_to_appear_in_same_query!(reviews, course_instructors);
diesel::allow_tables_to_appear_in_same_query!(course_figures, course_instructors, catalogue_entries);
diesel::allow_tables_to_appear_in_same_query!(course_files, lesson_files, question_files, course_versions);
