revoke all on table app.secrets from public, colloquy_app, colloquy_system;
