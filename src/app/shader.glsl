// Follows render::Pose::scan_at, Resampled::row, Curve::apply, Table::level, Overlay::strength, blend and heat_color line by line.
// Samples are 16-bit codes: value = low + step * code; code 65535 is padding.
precision highp float;
precision highp int;
precision highp usampler2D;
precision highp sampler2D;

uniform usampler2D u_frame;
uniform sampler2D u_heat;
uniform sampler2D u_table;      // levels of a display table, 256 in a row
uniform vec2 u_rect_px;         // size of the drawn rectangle in screen pixels
uniform vec4 u_scan_from_rect;  // scale x, scale y, offset x, offset y
uniform vec4 u_turn;            // rows of the matrix from ways on screen to ways in the scan
uniform float u_shrink;         // frame level from scan
uniform vec2 u_value_from_code; // low, step
uniform int u_shape;            // 0 ramp, 1 sigmoid, 2 table
uniform vec2 u_curve;           // low and span, center and width, or first and step
uniform int u_last;             // the last level of the table
uniform int u_inverted;
uniform int u_has_heat;
uniform vec4 u_heat_from_scan;
uniform float u_full;
uniform float u_opacity;
uniform vec2 u_fade;

in vec2 v_rect; // 0..1, left top to right bottom
out vec4 f_color;

// The grey value at a point in pixel-edge coordinates of the level; y is 0 where all neighbours are padding.
vec2 sample_at(vec2 at) {
    ivec2 size = textureSize(u_frame, 0);
    vec2 inner = clamp(at - 0.5, vec2(0.0), vec2(size - 1));
    ivec2 first = ivec2(inner);
    ivec2 last = min(first + 1, size - 1);
    vec2 share = inner - vec2(first);
    uvec4 codes = uvec4(
        texelFetch(u_frame, first, 0).r, texelFetch(u_frame, ivec2(last.x, first.y), 0).r,
        texelFetch(u_frame, ivec2(first.x, last.y), 0).r, texelFetch(u_frame, last, 0).r);
    vec4 weights = vec4((1.0 - share.x) * (1.0 - share.y), share.x * (1.0 - share.y), (1.0 - share.x) * share.y, share.x * share.y);
    weights *= vec4(notEqual(codes, uvec4(65535u)));
    float sum = dot(weights, vec4(1.0));
    float code = dot(weights, vec4(codes)) / max(sum, 1e-9);
    return vec2(u_value_from_code.x + u_value_from_code.y * code, sum > 0.0 ? 1.0 : 0.0);
}

float level(int idx) {
    int at = min(idx, u_last);
    return texelFetch(u_table, ivec2(at & 255, at >> 8), 0).r;
}

float bright(float value) {
    float result;
    if (u_shape == 2) {
        float at = clamp((value - u_curve.x) / u_curve.y, 0.0, float(u_last));
        int before = int(at);
        result = mix(level(before), level(before + 1), at - float(before));
    } else if (u_shape == 1) {
        result = 1.0 / (1.0 + exp(-4.0 * (value - u_curve.x) / u_curve.y));
    } else if (value <= u_curve.x) {
        result = 0.0;
    } else if (u_curve.x + u_curve.y < value) {
        result = 1.0;
    } else {
        result = clamp((value - u_curve.x) / u_curve.y, 0.0, 1.0);
    }
    return u_inverted == 1 ? 1.0 - result : result;
}

float strength_at(vec2 scan) {
    ivec2 size = textureSize(u_heat, 0);
    vec2 at = scan * u_heat_from_scan.xy + u_heat_from_scan.zw;
    if (any(lessThan(at, vec2(0.0))) || any(greaterThan(at, vec2(size)))) {
        return 0.0;
    }
    vec2 inner = clamp(at - 0.5, vec2(0.0), vec2(size - 1));
    ivec2 first = ivec2(inner);
    ivec2 last = min(first + 1, size - 1);
    vec2 share = inner - vec2(first);
    float upper = mix(texelFetch(u_heat, first, 0).r, texelFetch(u_heat, ivec2(last.x, first.y), 0).r, share.x);
    float lower = mix(texelFetch(u_heat, ivec2(first.x, last.y), 0).r, texelFetch(u_heat, last, 0).r, share.x);
    return clamp(mix(upper, lower, share.y) / u_full, 0.0, 1.0);
}

vec3 heat_color(float strength) {
    vec3 stops[5] = vec3[5](STOPS);
    float at = clamp(strength, 0.0, 1.0) * 4.0;
    int before = int(at);
    return mix(stops[before], stops[min(before + 1, 4)], fract(at)) / 255.0;
}

void main() {
    vec2 way = (v_rect - 0.5) * u_rect_px;
    vec2 turned = 0.5 * u_rect_px + vec2(dot(u_turn.xy, way), dot(u_turn.zw, way));
    vec2 scan = turned * u_scan_from_rect.xy + u_scan_from_rect.zw;
    vec2 at = scan * u_shrink;
    vec2 size = vec2(textureSize(u_frame, 0));
    vec3 color = vec3(0.0);
    if (all(greaterThanEqual(at, vec2(0.0))) && all(lessThan(at, size))) {
        vec2 found = sample_at(at);
        if (found.y > 0.0) {
            color = vec3(bright(found.x));
            if (u_has_heat == 1) {
                float strength = strength_at(scan);
                color = mix(color, heat_color(strength), u_opacity * smoothstep(u_fade.x, u_fade.y, strength));
            }
        }
    }
    f_color = vec4(color, 1.0);
}
