internal import Glibc

/// Distances on a sphere with the earth's mean radius; off by at most half a percent, which is far below what a location in an event
/// is good for.
public enum EarthDistance {
    /// The mean radius of the WGS 84 ellipsoid.
    public static let earthRadiusKilometres = 6371.0088

    /// Kilometres between two points given in degrees, by the haversine formula. NaN when an argument is.
    public static func kilometres(
        _ latitude1: Double, _ longitude1: Double, _ latitude2: Double, _ longitude2: Double
    ) -> Double {
        let radian = Double.pi / 180
        let halfLatitude = sin((latitude2 - latitude1) * radian / 2)
        let halfLongitude = sin((longitude2 - longitude1) * radian / 2)
        let h = halfLatitude * halfLatitude + cos(latitude1 * radian) * cos(latitude2 * radian) * halfLongitude * halfLongitude
        // Rounding may push h past 1 for antipodes. The order of the operands lets a NaN through.
        return 2 * earthRadiusKilometres * asin((h > 1 ? 1 : h).squareRoot())
    }
}
