-- The tables as prisma/schema.prisma declares them. Foreign keys between tenant tables are composite (company_id, id).

-- CreateTable
CREATE TABLE "companies" (
    "id" UUID NOT NULL,
    "external_id" TEXT,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "messaging_enabled" BOOLEAN NOT NULL DEFAULT true,
    "safe_mode" BOOLEAN NOT NULL DEFAULT false,
    "send_limits" JSONB,
    "max_thread_depth" INTEGER NOT NULL DEFAULT 8,
    "default_group_access" TEXT NOT NULL DEFAULT 'OPEN',
    "edit_window_minutes" INTEGER,
    "retract_window_minutes" INTEGER,
    "revisions_visible_to" TEXT NOT NULL DEFAULT 'AUDITORS',
    "email_delay_minutes" INTEGER NOT NULL DEFAULT 10,
    "broadcasts_per_hour" INTEGER NOT NULL DEFAULT 10,
    "event_retention_days" INTEGER NOT NULL DEFAULT 30,
    "access_version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "companies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "company_streams" (
    "company_id" UUID NOT NULL,
    "position" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "company_streams_pkey" PRIMARY KEY ("company_id")
);

-- CreateTable
CREATE TABLE "roles" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "permissions" TEXT[],
    "is_built_in" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "roles_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "users" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "external_id" TEXT,
    "name" TEXT NOT NULL,
    "name_folded" TEXT NOT NULL,
    "email" TEXT,
    "department" TEXT,
    "role_id" UUID NOT NULL,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "issuer" TEXT,
    "subject" TEXT,
    "sound" BOOLEAN NOT NULL DEFAULT true,
    "browser_notifications" BOOLEAN NOT NULL DEFAULT true,
    "email_when_offline" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "users_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "data_keys" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "data_keys_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "conversations" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT NOT NULL DEFAULT '',
    "title_folded" TEXT NOT NULL DEFAULT '',
    "description" BYTEA,
    "access" TEXT,
    "context_type" TEXT,
    "context_id" TEXT,
    "sensitivity" TEXT NOT NULL DEFAULT 'NORMAL',
    "replies_allowed" BOOLEAN NOT NULL DEFAULT true,
    "created_by_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seq" INTEGER NOT NULL DEFAULT 0,
    "last_activity_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "is_closed" BOOLEAN NOT NULL DEFAULT false,
    "access_version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "conversations_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "participants" (
    "company_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'MEMBER',
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "joined_seq" INTEGER NOT NULL DEFAULT 0,
    "left_at" TIMESTAMPTZ(3),
    "last_read_seq" INTEGER NOT NULL DEFAULT 0,
    "last_delivered_seq" INTEGER NOT NULL DEFAULT 0,
    "unread_from_seq" INTEGER,
    "is_muted" BOOLEAN NOT NULL DEFAULT false,
    "muted_until" TIMESTAMPTZ(3),

    CONSTRAINT "participants_pkey" PRIMARY KEY ("company_id","conversation_id","user_id")
);

-- CreateTable
CREATE TABLE "messages" (
    "company_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER,
    "author_id" UUID NOT NULL,
    "parent_id" UUID,
    "depth" INTEGER NOT NULL DEFAULT 0,
    "subject" BYTEA,
    "body" BYTEA NOT NULL,
    "metadata" BYTEA,
    "priority" TEXT NOT NULL DEFAULT 'NORMAL',
    "state" TEXT NOT NULL DEFAULT 'POSTED',
    "client_message_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "edited_at" TIMESTAMPTZ(3),
    "retracted_at" TIMESTAMPTZ(3),

    CONSTRAINT "messages_pkey" PRIMARY KEY ("company_id","id")
);

-- CreateTable
CREATE TABLE "mentions" (
    "company_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER,

    CONSTRAINT "mentions_pkey" PRIMARY KEY ("company_id","message_id","user_id")
);

-- CreateTable
CREATE TABLE "receipts" (
    "company_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "status" TEXT NOT NULL,
    "up_to_seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "receipts_pkey" PRIMARY KEY ("company_id","conversation_id","user_id","status","up_to_seq")
);

-- CreateTable
CREATE TABLE "events" (
    "company_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "conversation_id" UUID,
    "message_id" UUID,
    "seq" INTEGER,
    "actor_id" UUID,
    "recipient_id" UUID,
    "joined_ids" UUID[] DEFAULT ARRAY[]::UUID[],
    "left_ids" UUID[] DEFAULT ARRAY[]::UUID[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "events_pkey" PRIMARY KEY ("company_id","position")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "company_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "conversation_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("company_id","user_id","operation","key")
);

-- CreateTable
CREATE TABLE "connection_tickets" (
    "company_id" UUID NOT NULL,
    "ticket_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "token_expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connection_tickets_pkey" PRIMARY KEY ("company_id","ticket_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "companies_external_id_key" ON "companies"("external_id");

-- CreateIndex
CREATE UNIQUE INDEX "roles_company_id_name_key" ON "roles"("company_id", "name");

-- CreateIndex
CREATE INDEX "users_external_id_idx" ON "users"("external_id");

-- CreateIndex
CREATE INDEX "users_issuer_subject_idx" ON "users"("issuer", "subject");

-- CreateIndex
CREATE INDEX "users_company_id_name_folded_id_idx" ON "users"("company_id", "name_folded", "id");

-- CreateIndex
CREATE UNIQUE INDEX "users_company_id_external_id_key" ON "users"("company_id", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "users_company_id_issuer_subject_key" ON "users"("company_id", "issuer", "subject");

-- CreateIndex
CREATE INDEX "conversations_company_id_kind_title_folded_id_idx" ON "conversations"("company_id", "kind", "title_folded", "id");

-- CreateIndex
CREATE INDEX "participants_company_id_user_id_conversation_id_idx" ON "participants"("company_id", "user_id", "conversation_id");

-- CreateIndex
CREATE INDEX "messages_company_id_conversation_id_author_id_seq_idx" ON "messages"("company_id", "conversation_id", "author_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "messages_company_id_conversation_id_id_key" ON "messages"("company_id", "conversation_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "messages_company_id_conversation_id_seq_key" ON "messages"("company_id", "conversation_id", "seq");

-- CreateIndex
CREATE INDEX "mentions_company_id_user_id_conversation_id_seq_idx" ON "mentions"("company_id", "user_id", "conversation_id", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "connection_tickets_ticket_hash_key" ON "connection_tickets"("ticket_hash");

-- AddForeignKey
ALTER TABLE "company_streams" ADD CONSTRAINT "company_streams_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "roles" ADD CONSTRAINT "roles_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_company_id_role_id_fkey" FOREIGN KEY ("company_id", "role_id") REFERENCES "roles"("company_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "data_keys" ADD CONSTRAINT "data_keys_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_company_id_created_by_id_fkey" FOREIGN KEY ("company_id", "created_by_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "participants" ADD CONSTRAINT "participants_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "participants" ADD CONSTRAINT "participants_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_company_id_author_id_fkey" FOREIGN KEY ("company_id", "author_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_company_id_conversation_id_parent_id_fkey" FOREIGN KEY ("company_id", "conversation_id", "parent_id") REFERENCES "messages"("company_id", "conversation_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "mentions" ADD CONSTRAINT "mentions_company_id_conversation_id_message_id_fkey" FOREIGN KEY ("company_id", "conversation_id", "message_id") REFERENCES "messages"("company_id", "conversation_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mentions" ADD CONSTRAINT "mentions_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "mentions" ADD CONSTRAINT "mentions_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_company_id_fkey" FOREIGN KEY ("company_id") REFERENCES "companies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_company_id_conversation_id_fkey" FOREIGN KEY ("company_id", "conversation_id") REFERENCES "conversations"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_company_id_conversation_id_message_id_fkey" FOREIGN KEY ("company_id", "conversation_id", "message_id") REFERENCES "messages"("company_id", "conversation_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_company_id_actor_id_fkey" FOREIGN KEY ("company_id", "actor_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "events" ADD CONSTRAINT "events_company_id_recipient_id_fkey" FOREIGN KEY ("company_id", "recipient_id") REFERENCES "users"("company_id", "id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_company_id_conversation_id_message_id_fkey" FOREIGN KEY ("company_id", "conversation_id", "message_id") REFERENCES "messages"("company_id", "conversation_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_tickets" ADD CONSTRAINT "connection_tickets_company_id_user_id_fkey" FOREIGN KEY ("company_id", "user_id") REFERENCES "users"("company_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

