@main enum Vane { static func main() {} }
