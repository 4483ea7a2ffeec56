#include "packet/ip.h"

#include "packet/checksum.h"

namespace kw {
namespace {

constexpr unsigned kMostExtensions = 8;

bool has_ports(uint8_t protocol) {
  return protocol == kProtoTcp || protocol == kProtoUdp || protocol == kProtoSctp || protocol == kProtoDccp ||
         protocol == kProtoUdpLite;
}

// Type and code stand in for ports (RFC 4301 section 4.4.1.1): the local and the remote selector both hold them.
void read_ports(const uint8_t* data, size_t available, IpView& view) {
  if (view.fragment && view.fragment_offset != 0) return;
  const uint8_t* upper = data + view.header_length;
  size_t left = available - view.header_length;
  if (has_ports(view.protocol) && left >= 4) {
    view.source_port = load_be16(upper);
    view.destination_port = load_be16(upper + 2);
    view.ports_visible = true;
  } else if ((view.protocol == kProtoIcmp || view.protocol == kProtoIcmp6) && left >= 2) {
    view.source_port = view.destination_port = load_be16(upper);
    view.ports_visible = true;
  } else if (view.protocol == kProtoMobility && left >= 3) {
    view.source_port = view.destination_port = static_cast<uint16_t>(upper[2] << 8);
    view.ports_visible = true;
  }
}

// Source routes lead a packet elsewhere than its destination says, past what selectors have judged (RFC 7126
// sections 4.3 and 4.4). Options whose lengths cannot be are no better.
IpError check_options(const uint8_t* data, size_t header) {
  for (size_t at = 20; at < header;) {
    uint8_t type = data[at];
    if (type == 0) break;
    if (type == 1) {
      at++;
      continue;
    }
    if (header - at < 2 || data[at + 1] < 2 || data[at + 1] > header - at) return IpError::kHeader;
    if (type == 131 || type == 137) return IpError::kExtensions;
    at += data[at + 1];
  }
  return IpError::kNone;
}

IpError parse4(const uint8_t* data, size_t length, bool quoted, IpView& view) {
  if (length < 20) return IpError::kTruncated;
  size_t header = static_cast<size_t>(data[0] & 0xf) * 4;
  size_t total = load_be16(data + 2);
  if (header < 20 || total < header) return IpError::kHeader;
  if (header > length) return IpError::kTruncated;
  if (total > length) {
    if (!quoted) return IpError::kTruncated;
  } else {
    length = total;
  }
  // A router on the way may have changed the TTL of a quoted packet without mending its checksum.
  if (!quoted && !ipv4_checksum_holds(data, header)) return IpError::kChecksum;
  if (header > 20 && !quoted) {
    IpError options = check_options(data, header);
    if (options != IpError::kNone) return options;
  }
  uint16_t fragment = load_be16(data + 6);
  view.family = 4;
  view.protocol = data[9];
  view.tos = data[1];
  view.ttl = data[8];
  view.dont_fragment = (fragment & 0x4000) != 0;
  view.more_fragments = (fragment & 0x2000) != 0;
  view.fragment_offset = static_cast<uint16_t>((fragment & 0x1fff) * 8);
  view.fragment = view.more_fragments || view.fragment_offset != 0;
  view.header_length = static_cast<uint16_t>(header);
  view.length = static_cast<uint32_t>(length);
  view.source = Address::v4(data + 12).bits;
  view.destination = Address::v4(data + 16).bits;
  read_ports(data, length, view);
  return IpError::kNone;
}

IpError parse6(const uint8_t* data, size_t length, bool quoted, IpView& view) {
  if (length < 40) return IpError::kTruncated;
  size_t total = 40 + static_cast<size_t>(load_be16(data + 4));
  if (total > length) {
    if (!quoted) return IpError::kTruncated;
  } else {
    length = total;
  }
  view.family = 6;
  view.tos = static_cast<uint8_t>(load_be16(data) >> 4);
  view.ttl = data[7];
  view.dont_fragment = true;
  view.length = static_cast<uint32_t>(length);
  view.source = Address::v6(data + 8).bits;
  view.destination = Address::v6(data + 24).bits;

  uint8_t next = data[6];
  size_t at = 40;
  size_t name_at = 6;
  for (unsigned headers = 0;; headers++) {
    bool extension = next == kProtoHopOptions || next == kProtoRouting || next == kProtoDestOptions ||
                     next == kProtoFragment;
    if (!extension) break;
    if (headers == kMostExtensions) return IpError::kExtensions;
    if (length - at < 8) return IpError::kTruncated;
    size_t size = next == kProtoFragment ? 8 : (static_cast<size_t>(data[at + 1]) + 1) * 8;
    if (size > length - at) return IpError::kTruncated;
    // RFC 5095: source routing of type 0 is not to be followed; segments left make it unsafe for selectors.
    if (next == kProtoRouting && data[at + 2] == 0 && data[at + 3] != 0) return IpError::kExtensions;
    bool last_readable = false;
    if (next == kProtoFragment) {
      uint16_t field = load_be16(data + at + 2);
      view.fragment_header_at = static_cast<uint16_t>(at);
      view.more_fragments = (field & 1) != 0;
      view.fragment_offset = static_cast<uint16_t>(field & 0xfff8);
      // An atomic fragment (RFC 6946) is a whole packet.
      view.fragment = view.more_fragments || view.fragment_offset != 0;
      last_readable = view.fragment_offset != 0;
    }
    next = data[at];
    name_at = at;
    at += size;
    if (last_readable) break;
  }
  view.protocol = next;
  view.next_header_at = static_cast<uint16_t>(name_at);
  view.header_length = static_cast<uint16_t>(at);
  read_ports(data, length, view);
  return IpError::kNone;
}

IpError parse(const uint8_t* data, size_t length, bool quoted, IpView& view) {
  view = IpView{};
  if (length > 65575) length = 65575;
  if (length < 1) return IpError::kTruncated;
  switch (data[0] >> 4) {
    case 4:
      return parse4(data, length, quoted, view);
    case 6:
      return parse6(data, length, quoted, view);
    default:
      return IpError::kVersion;
  }
}

}  // namespace

IpError parse_ip(const uint8_t* data, size_t length, IpView& view) { return parse(data, length, false, view); }

IpError parse_quoted_ip(const uint8_t* data, size_t length, IpView& view) { return parse(data, length, true, view); }

UdpEncap classify_encap(const uint8_t* payload, size_t length) {
  if (length == 1 && payload[0] == 0xff) return UdpEncap::kKeepalive;
  if (length < 4) return UdpEncap::kMalformed;
  if (load_be32(payload) == 0) return length > 4 ? UdpEncap::kIke : UdpEncap::kMalformed;
  return length >= 8 ? UdpEncap::kEsp : UdpEncap::kMalformed;
}

const char* name_of(IpError error) {
  switch (error) {
    case IpError::kNone:
      return "none";
    case IpError::kTruncated:
      return "truncated";
    case IpError::kVersion:
      return "version";
    case IpError::kHeader:
      return "header";
    case IpError::kChecksum:
      return "checksum";
    case IpError::kExtensions:
      return "extensions";
  }
  return "unknown";
}

}  // namespace kw
