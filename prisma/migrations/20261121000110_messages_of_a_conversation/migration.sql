-- A conversation is of one company. The planner takes the two for independent of each other, expects next to no message in
-- a conversation, and may then count the viewer's own by reading all of it.
create statistics messages_of_a_conversation (dependencies) on company_id, conversation_id from messages;
analyze messages;
