-- Runs once, as the superuser, when the database's volume is new. The same roles and database as migrations/bootstrap.ts
-- makes locally; the tables come from the migrations. Passwords come from the environment of the container.
\getenv owner_password TENON_DB_OWNER_PASSWORD
\getenv app_password TENON_DB_APP_PASSWORD
\getenv system_password TENON_DB_SYSTEM_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

create role tenon_owner login nosuperuser nobypassrls nocreatedb password :'owner_password';
create role tenon_app login nosuperuser nobypassrls nocreatedb password :'app_password';
create role tenon_system login nosuperuser nobypassrls nocreatedb password :'system_password';
create role tenon_lookup nologin nosuperuser nobypassrls nocreatedb;
create role tenon_audit nologin nosuperuser nobypassrls nocreatedb;
grant tenon_lookup to tenon_owner with inherit false, set true;
grant tenon_audit to tenon_owner with inherit false, set true;
create role temporal login nosuperuser nobypassrls nocreatedb password :'temporal_password';

create database tenon owner tenon_owner;
revoke all on database tenon from public;
grant connect on database tenon to tenon_app, tenon_system;
create database temporal owner temporal;
revoke all on database temporal from public;
create database temporal_visibility owner temporal;
revoke all on database temporal_visibility from public;

\connect tenon
alter schema public owner to tenon_owner;
revoke all on schema public from public;
grant usage on schema public to tenon_app, tenon_system, tenon_lookup, tenon_audit;
