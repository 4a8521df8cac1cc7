#pragma once
/// Every message of SFTP version 3 and the extensions known here, by family.
///
/// A message is a plain struct; its octets are views into what the caller owns (requests) or into the frame it was
/// decoded from (replies). A request names its `reply_type`, and `label`, its name in error texts.

#include <gangway/sftp/messages/attrs.hpp>
#include <gangway/sftp/messages/check_file.hpp>
#include <gangway/sftp/messages/directories.hpp>
#include <gangway/sftp/messages/extensions.hpp>
#include <gangway/sftp/messages/files.hpp>
#include <gangway/sftp/messages/limits.hpp>
#include <gangway/sftp/messages/paths.hpp>
#include <gangway/sftp/messages/status.hpp>
#include <gangway/sftp/messages/statvfs.hpp>
#include <gangway/sftp/messages/users_groups.hpp>
#include <gangway/sftp/messages/version.hpp>
