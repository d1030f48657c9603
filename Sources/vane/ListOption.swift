internal import CommandLineTable
internal import Documents
internal import Rules
internal import Service

/// `--list NAME=FILE`, as verbs that run recorded events have it.
enum ListOption {
    static let option = Option("list", "NAME=FILE", help: "fill a list from a file, CSV or JSON Lines", isRepeated: true, completion: .files)

    /// The lists that the command line names.
    /// - Returns: nil, and a complaint, where a value is none.
    static func read(_ arguments: ParsedArguments) throws(Diagnostics) -> Lists? {
        let lists = Lists()
        for setting in arguments.values("list") {
            guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex, setting.index(after: equals) != setting.endIndex else {
                Terminal.complain("vane: error[usage]: --list takes NAME=FILE, such as black=lists/black.csv, not '\(setting)'")
                return nil
            }
            try ListFiles.read(String(setting[setting.index(after: equals)...]), into: String(setting[..<equals]), lists)
        }
        return lists
    }
}
