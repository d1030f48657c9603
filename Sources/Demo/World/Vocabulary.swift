// The words of the events. Their names are the values of enums in rules/schema.yaml.

enum EventKind: UInt8, Sendable, CaseIterable {
    case transaction, accountOpening, login, accountChange, deviceRisk, verification

    var name: String {
        switch self {
        case .transaction: "transaction"
        case .accountOpening: "account_opening"
        case .login: "login"
        case .accountChange: "account_change"
        case .deviceRisk: "device_risk"
        case .verification: "verification"
        }
    }

    var topic: String {
        switch self {
        case .transaction: "transactions"
        case .accountOpening: "account-openings"
        case .login: "logins"
        case .accountChange: "account-changes"
        case .deviceRisk: "device-risk"
        case .verification: "verifications"
        }
    }
}

enum Direction: UInt8, Sendable {
    case `in`, out

    var name: String { self == .in ? "in" : "out" }
}

enum Status: UInt8, Sendable {
    case success, failed

    var name: String { self == .success ? "success" : "failed" }
}

enum TransactionType: UInt8, Sendable {
    case transfer, payment, withdrawal, deposit, salary, refund

    var name: String {
        switch self {
        case .transfer: "transfer"
        case .payment: "payment"
        case .withdrawal: "withdrawal"
        case .deposit: "deposit"
        case .salary: "salary"
        case .refund: "refund"
        }
    }
}

enum Channel: UInt8, Sendable {
    case mobile, web, counter, atm, pos, quickpay

    var name: String {
        switch self {
        case .mobile: "mobile"
        case .web: "web"
        case .counter: "counter"
        case .atm: "atm"
        case .pos: "pos"
        case .quickpay: "quickpay"
        }
    }
}

enum ChangeKind: UInt8, Sendable {
    case phone, device, password, limit, boundCard, signUp, identityCheck, close

    var name: String {
        switch self {
        case .phone: "phone"
        case .device: "device"
        case .password: "password"
        case .limit: "limit"
        case .boundCard: "bound_card"
        case .signUp: "sign_up"
        case .identityCheck: "identity_check"
        case .close: "close"
        }
    }
}

/// What the mobile SDK calls back about.
enum DeviceRiskKind: UInt8, Sendable {
    case trojan, virus, tampering, memoryDebugging, hook, root, emulator, virtualMachine, multiOpen, locationSpoofing

    var name: String {
        switch self {
        case .trojan: "trojan"
        case .virus: "virus"
        case .tampering: "tampering"
        case .memoryDebugging: "memory_debugging"
        case .hook: "hook"
        case .root: "root"
        case .emulator: "emulator"
        case .virtualMachine: "virtual_machine"
        case .multiOpen: "multi_open"
        case .locationSpoofing: "location_spoofing"
        }
    }
}

enum AccountClass: UInt8, Sendable {
    case one, two, three

    var name: String {
        switch self {
        case .one: "I"
        case .two: "II"
        case .three: "III"
        }
    }
}

/// The other side of a transaction.
enum Party: Sendable, Hashable {
    case none
    /// A customer of this bank, by index: the credit is an event too.
    case customer(Int)
    /// An account at another bank.
    case outside(Int)
    case merchant(Int)
    case employer(Int)
}
