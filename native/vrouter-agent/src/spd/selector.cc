#include "spd/selector.h"

namespace kw {
namespace {

std::string side(uint8_t family, const Bits128& first, const Bits128& last, const PortRange& ports) {
  std::string text = Address{family, first}.text();
  if (first != last) text += "-" + Address{family, last}.text();
  if (ports.opaque()) return text + "[opaque]";
  if (ports.any()) return text;
  return text + "[" + std::to_string(ports.first) + "-" + std::to_string(ports.last) + "]";
}

}  // namespace

std::string Selector::text() const {
  return side(family, source_first, source_last, source_ports) + " > " +
         side(family, destination_first, destination_last, destination_ports) +
         (protocol == 0 ? "" : " protocol " + std::to_string(protocol));
}

}  // namespace kw
