/// Arguments whose value must be known, or can be proved wrong, when the expression is loaded.
extension Checker {
    mutating func checkLiteralArguments(_ function: String, isMethod: Bool, _ arguments: [Expr]) {
        switch function {
        case "in_list", "list_attr":
            guard let name = arguments.first else { return }
            guard case .literal(.string) = name.kind else {
                report(
                    "list-name", "the name of a list is written as text, so that the lists a package needs are known when it is loaded",
                    remedy: "write \(function)(\"name\", …)", at: name)
                return
            }
        case "matches":
            guard arguments.count == 2, case .literal(.string(let pattern)) = arguments[1].kind else { return }
            if case .failure(let failure) = Pattern.compile(pattern) {
                report("pattern", "the pattern is not valid: \(failure.reason)", remedy: "see the RE2 syntax", at: arguments[1])
            }
        case "ip_in_cidr":
            guard arguments.count == 2, case .literal(.string(let text)) = arguments[1].kind else { return }
            if AddressBlock(text) == nil {
                report("address-block", "\"\(text)\" is no block of addresses", remedy: "write it as 10.0.0.0/8 or 2001:db8::/32", at: arguments[1])
            }
        default: return
        }
    }
}
